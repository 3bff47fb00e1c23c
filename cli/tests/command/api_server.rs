//! A fake API server with fixed answers.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// Answers requests by method and path, and records them.
pub struct ApiServer {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl ApiServer {
    pub fn start(answers: Vec<(&'static str, Value)>) -> ApiServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answers = Arc::new(answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream, &answers, &seen));
            }
        });
        ApiServer { url, requests }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn serve(stream: TcpStream, answers: &[(&str, Value)], seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    while let Some(request) = next_request(&mut reader) {
        let path = request.split('?').next().unwrap_or_default().to_owned();
        // An answer for the path with exactly this query takes precedence.
        let answer = answers.iter().find(|(known, _)| *known == request);
        let answer = answer.or_else(|| answers.iter().find(|(known, _)| *known == path));
        seen.lock().expect("no panic").push(request);
        let (status, body) = match answer {
            Some((_, body)) if body["kind"] == "Status" => ("403 Forbidden", body.clone()),
            Some((_, body)) => ("200 OK", body.clone()),
            None => (
                "404 Not Found",
                json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
                "reason": "NotFound", "message": format!("there is no {path}")}),
            ),
        };
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a whole request and returns its first line: `GET /api/v1/nodes?...`.
fn next_request(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let request = line.rsplit_once(' ')?.0.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(request)
}

/// A kubeconfig for the server.
pub fn kubeconfig(folder: &Path, url: &str) -> PathBuf {
    let file = folder.join("kubeconfig");
    let context = json!({"cluster": "test", "user": "test", "namespace": "ops"});
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": url}}],
        "users": [{"name": "test", "user": {"token": "none"}}],
        "contexts": [{"name": "test", "context": context}]});
    std::fs::write(&file, config.to_string()).expect("written");
    file
}
