//! A mail server that takes everything (RFC 5321): enough for one sender on the same machine.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Shelf, mime};

/// The largest mail, in bytes.
const LARGEST: u64 = 1024 * 1024;

pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>) {
    while let Ok((connection, _)) = listener.accept().await {
        let shelf = Arc::clone(&shelf);
        tokio::spawn(async move {
            // A sender that hangs up is nobody's fault.
            let _ = converse(connection, &shelf).await;
        });
    }
}

async fn converse(connection: TcpStream, shelf: &Shelf) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut stream = BufReader::new(connection.take(LARGEST));
    say(&mut stream, "220 mailbox").await?;
    let mut recipients = Vec::new();
    loop {
        stream.get_mut().set_limit(LARGEST);
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let command = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match command.as_str() {
            "EHLO" => "250-mailbox\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "RCPT" => {
                recipients.extend(line.split_once('<').and_then(|(_, rest)| rest.split('>').next()).map(str::to_owned));
                "250 ok"
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let raw = data(&mut stream).await?;
                for to in recipients.drain(..) {
                    shelf.add(mime::read(&raw, to));
                }
                "250 taken"
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            "RSET" => {
                recipients.clear();
                "250 ok"
            }
            "HELO" | "MAIL" | "NOOP" => "250 ok",
            _ => "502 not known here",
        };
        say(&mut stream, answer).await?;
    }
}

/// The lines up to the lonely dot, without the dots that were doubled (section 4.5.2).
async fn data(stream: &mut BufReader<tokio::io::Take<TcpStream>>) -> io::Result<String> {
    let mut all = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(String::from_utf8_lossy(&all).into_owned());
        }
        all.extend(line.strip_prefix(b".").unwrap_or(&line));
    }
}

async fn say(stream: &mut BufReader<tokio::io::Take<TcpStream>>, answer: &str) -> io::Result<()> {
    let connection = stream.get_mut().get_mut();
    connection.write_all(format!("{answer}\r\n").as_bytes()).await?;
    connection.flush().await
}
