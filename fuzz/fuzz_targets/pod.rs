//! Strings that rules parse (accounts, paths, commands, images, quantities) may contain anything.
//!
//! `cargo fuzz run pod`
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;

fuzz_target!(|texts: (String, String, String, String, String)| {
    let (user, path, command, image, quantity) = texts;
    let container = json!({
        "name": command, "image": image, "command": [command, path], "args": [path, user], "workingDir": path,
        "env": [{ "name": "A", "value": command }],
        "volumeMounts": [{ "name": "v", "mountPath": path }],
        "resources": { "limits": { "memory": quantity, "cpu": quantity } },
        "securityContext": { "windowsOptions": { "runAsUserName": user } },
        "livenessProbe": { "exec": { "command": [command] } },
    });
    let spec = json!({
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": user } },
        "containers": [container], "initContainers": [container],
        "volumes": [{ "name": "v", "hostPath": { "path": path } }],
        "nodeSelector": { (user.clone()): path }, "runtimeClassName": command,
    });
    let settings = json!({
        "profile": "strict",
        "containerd": "1.7",
        "localGroups": [user],
        "allow": [{ "images": [image], "runAsUserNames": [user], "hostPaths": [path], "namespaces": [command] }],
    });
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" }, "operation": "CREATE",
        "object": { "metadata": { "name": user, "annotations": { command: path } }, "spec": spec },
    });
    let payload = json!({ "request": request, "settings": settings });
    decide(&serde_json::to_vec(&payload).expect("serialisable"), HOST).expect("an answer");
});
