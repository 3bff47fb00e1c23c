/** Where values stand in a text. The command finds places in the same way (crates/yaml/src/place.rs). */

export interface Range {
  from: number;
  to: number;
}

export class Located {
  /** Its key, when it is a member of a mapping. */
  key: Range | undefined;

  constructor(
    readonly value: Range,
    readonly children: undefined | Located[] | Map<string, Located> = undefined,
  ) {}

  /** The same value under a key. */
  under(key: Range): Located {
    const node = new Located(this.value, this.children);
    node.key = key;
    return node;
  }

  child(key: string | number): Located | undefined {
    if (Array.isArray(this.children)) return this.children[Number(key)];
    return this.children?.get(String(key));
  }

  /**
   * The value at a path such as `spec.containers[1].image` or `metadata.annotations[a.b/c]`, or its nearest ancestor that is
   * there. Keys may themselves contain dots.
   */
  nearest(path: string): Located {
    const [child, rest] = this.step(path);
    return child === undefined ? this : child.nearest(rest);
  }

  private step(path: string): [Located | undefined, string] {
    const [, bracketed, after = ""] = /^\[([^\]]*)\](.*)$/s.exec(path) ?? [];
    if (bracketed !== undefined) return [this.child(bracketed.replace(/^['"]+|['"]+$/g, "")), after];
    if (!(this.children instanceof Map)) return [undefined, path];
    const keys = path.replace(/^\./, "");
    for (
      let end = keys.length;
      end > 0;
      end = Math.max(keys.lastIndexOf(".", end - 1), keys.lastIndexOf("[", end - 1))
    ) {
      const child = this.children.get(keys.slice(0, end));
      if (child !== undefined) return [child, keys.slice(end)];
    }
    return [undefined, path];
  }

  /** The part of the text to point at: the key with its value, of a list's item its name. */
  place(): Range {
    if (this.key !== undefined) {
      const isScalar = this.children === undefined && this.value.to > this.value.from;
      return isScalar ? { from: this.key.from, to: Math.max(this.value.to, this.key.to) } : this.key;
    }
    if (this.children instanceof Map) {
      const first = this.children.get("name") ?? this.inOrder()[0];
      return first?.place() ?? this.value;
    }
    return this.children?.[0]?.place() ?? this.value;
  }

  /** Members or items, in the order of the text. */
  inOrder(): Located[] {
    return [...(this.children?.values() ?? [])].sort((a, b) => a.start - b.start);
  }

  get start(): number {
    return this.key?.from ?? this.value.from;
  }

  get end(): number {
    return Math.max(this.value.to, this.key?.to ?? 0);
  }
}
