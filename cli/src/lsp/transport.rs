//! Messages over standard input and output.
//!
//! Unlike the transport of `lsp-server`, this one skips a message that is not valid, such as a text with half a surrogate pair from an
//! editor written in JavaScript, and never waits for an editor that does not read.

use std::io;
use std::thread::{self, JoinHandle};

use crossbeam_channel::unbounded;
use lsp_server::{Connection, Message};
use windows_hostprocess_policy::wording::line;

/// How `lsp-server` begins its error about a whole message that is not JSON. What follows can be read.
const SKIPPED: &str = "malformed LSP payload";

/// The threads behind a connection.
#[derive(Debug)]
pub struct Threads {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

/// Connects to the editor that started this program.
pub fn stdio() -> (Connection, Threads) {
    let (to_editor, outgoing) = unbounded::<Message>();
    let (incoming, from_editor) = unbounded::<Message>();
    let writer = thread::spawn(move || {
        let mut stdout = io::stdout().lock();
        outgoing.into_iter().try_for_each(|message| message.write(&mut stdout))
    });
    let reader = thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let message = match Message::read(&mut stdin) {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(()),
                Err(error) if error.to_string().starts_with(SKIPPED) => {
                    eprintln!("warning: skipped a message: {}", line(&error, 200));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let is_exit = matches!(&message, Message::Notification(notification) if notification.method == "exit");
            if incoming.send(message).is_err() || is_exit {
                return Ok(());
            }
        }
    });
    (Connection { sender: to_editor, receiver: from_editor }, Threads { reader, writer })
}

impl Threads {
    /// Waits until everything is written.
    ///
    /// # Errors
    /// The editor sent bytes that are no messages, or closed the output before its end.
    pub fn join(self) -> io::Result<()> {
        let failed = || io::Error::other("the connection failed");
        self.reader.join().unwrap_or_else(|_| Err(failed()))?;
        self.writer.join().unwrap_or_else(|_| Err(failed()))
    }
}
