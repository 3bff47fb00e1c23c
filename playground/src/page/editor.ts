/** The editors: CodeMirror with YAML and marks for findings. */

import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Range } from "../judged.ts";

export interface Mark {
  range: Range;
  severity: "error" | "warning";
  message: string;
  /** The id of the rule. */
  source?: string | undefined;
}

export interface EditorOptions {
  parent: HTMLElement;
  /** For screen readers. */
  label: string;
  placeholder: string;
  onChange: () => void;
  complete?: CompletionSource;
}

/** More marks would make the editor slow. */
const MAX_MARKS = 500;

/** The colours are variables of the style sheet, which defines them for light and dark. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--code-text)" },
  { tag: [tags.keyword, tags.bool, tags.number, tags.null], color: "var(--code-value)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.labelName, tags.meta], color: "var(--code-meta)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "1px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--match)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--match)" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--border)",
    borderRadius: "6px",
  },
  ".cm-tooltip": { boxShadow: "0 4px 16px rgb(0 0 0 / 18%)", maxWidth: "min(640px, 90vw)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.8" },
  ".cm-diagnostic": { borderLeftWidth: "3px", padding: "6px 10px", fontFamily: "var(--sans)", fontSize: "13px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--deny)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnosticSource": { fontSize: "12px", opacity: "1", color: "var(--muted)" },
});

export class Editor {
  private readonly view: EditorView;

  constructor(options: EditorOptions) {
    const extensions: Extension[] = [
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      highlightSelectionMatches(),
      lintGutter(),
      yaml(),
      syntaxHighlighting(COLOURS),
      LOOK,
      placeholder(options.placeholder),
      EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.onChange();
      }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, ...completionKeymap]),
    ];
    if (options.complete !== undefined) extensions.push(autocompletion({ override: [options.complete], icons: false }));
    this.view = new EditorView({ parent: options.parent, state: EditorState.create({ extensions }) });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    if (text !== this.text) this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  /** Replaces only the part that differs, so that the cursor stays and one undo reverts the change. */
  edit(after: string): void {
    const before = this.text;
    let from = 0;
    while (from < before.length && before[from] === after[from]) from += 1;
    let [to, end] = [before.length, after.length];
    while (to > from && end > from && before[to - 1] === after[end - 1]) [to, end] = [to - 1, end - 1];
    this.view.dispatch({ changes: { from, to, insert: after.slice(from, end) }, userEvent: "input.fix" });
  }

  mark(marks: Mark[]): void {
    const { length } = this.view.state.doc;
    const diagnostics = marks.slice(0, MAX_MARKS).map(({ range, severity, message, source }): Diagnostic => {
      const from = Math.min(range.from, length);
      const to = Math.max(from, Math.min(range.to, length, this.view.state.doc.lineAt(from).to));
      return { from, to, severity, message, ...(source !== undefined && { source }) };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  /** Moves the cursor to a range and scrolls to it. */
  go({ from, to }: Range): void {
    const { length } = this.view.state.doc;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
    this.view.focus();
  }

  /** The line number of an offset, from 1. */
  lineAt(offset: number): number {
    return this.view.state.doc.lineAt(Math.min(offset, this.view.state.doc.length)).number;
  }
}
