//! A connection that goes wrong: between whoever asks and a real server.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Each connection is cut when so many bytes were sent to the server.
    CutAfter(usize),
    /// Whatever is asked is answered by this, as HTTP.
    Answer(&'static str),
    /// Nothing is passed on, and nothing is answered.
    Silence,
    /// About so many bytes every 10 ms, and no more.
    Slow(usize),
    /// When so many bytes were answered since this was set, the rest is held back until another is set.
    HoldAfter(usize),
    /// Of every object that is put below a name like this, one bit is another one.
    Flip(&'static str),
}

/// It listens until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    fault: Mutex<Fault>,
    is_over: AtomicBool,
    connections: AtomicUsize,
    sent: AtomicUsize,
    answered: AtomicUsize,
    is_holding: AtomicBool,
}

impl Proxy {
    /// In front of a server, at a free port.
    pub fn start(server: SocketAddr, fault: Fault) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), server, fault)
    }

    /// The same at this address.
    pub fn start_at(address: SocketAddr, server: SocketAddr, fault: Fault) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Shared {
            server,
            fault: Mutex::new(fault),
            is_over: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            is_holding: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if of_thread.is_over.load(Ordering::SeqCst) {
                    return;
                }
                of_thread.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&of_thread);
                thread::spawn(move || shared.serve(&client));
            }
        });
        Self { address, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, for new connections, this goes wrong.
    pub fn set(&self, fault: Fault) {
        self.shared.answered.store(0, Ordering::SeqCst);
        *self.shared.fault.lock().expect("nobody has panicked") = fault;
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Whether an answer is held back.
    pub fn is_holding(&self) -> bool {
        self.shared.is_holding.load(Ordering::SeqCst)
    }

    /// How many bytes were passed on to the server.
    pub fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // It sees that once somebody comes.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn fault(&self) -> Fault {
        *self.fault.lock().expect("nobody has panicked")
    }

    fn serve(&self, client: &TcpStream) {
        let fault = self.fault();
        match fault {
            Fault::Answer(status) => answer(client, status),
            Fault::Silence => {
                let mut bytes = [0; 16 << 10];
                while (&*client).read(&mut bytes).is_ok_and(|length| length > 0) {}
            }
            _ => {
                let Ok(server) = TcpStream::connect(self.server) else { return };
                thread::scope(|scope| {
                    scope.spawn(|| self.to_client(&server, client, fault));
                    self.to_server(client, &server, fault);
                });
            }
        }
    }

    fn to_client(&self, server: &TcpStream, client: &TcpStream, fault: Fault) {
        let (_keep, never) = mpsc::channel::<()>();
        pass(server, client, &mut |bytes| {
            let answered = self.answered.fetch_add(bytes.len(), Ordering::SeqCst) + bytes.len();
            let Fault::HoldAfter(most) = fault else { return true };
            while answered > most && self.fault() == fault && !self.is_over.load(Ordering::SeqCst) {
                self.is_holding.store(true, Ordering::SeqCst);
                never.recv_timeout(Duration::from_millis(2)).expect_err("nothing comes");
            }
            self.is_holding.store(false, Ordering::SeqCst);
            true
        });
    }

    fn to_server(&self, client: &TcpStream, server: &TcpStream, fault: Fault) {
        let (mut passed, mut waited_for, mut flips_next) = (0, 0, false);
        let (_keep, never) = mpsc::channel::<()>();
        pass(client, server, &mut |bytes| {
            passed += bytes.len();
            self.sent.fetch_add(bytes.len(), Ordering::SeqCst);
            match fault {
                Fault::CutAfter(most) if passed > most => return false,
                Fault::Slow(at_once) if passed > waited_for => {
                    waited_for += at_once;
                    // Nothing comes: this is how slow the line is.
                    never.recv_timeout(Duration::from_millis(10)).expect_err("nothing comes");
                }
                Fault::Flip(name) => flip(bytes, name, &mut flips_next),
                _ => {}
            }
            true
        });
        if matches!(fault, Fault::CutAfter(_)) {
            // At once, in both directions.
            for end in [client, server] {
                end.shutdown(Shutdown::Both).unwrap_or_default();
            }
        }
    }
}

/// Passes on what comes, as long as it is wanted.
fn pass(mut from: &TcpStream, mut to: &TcpStream, wanted: &mut dyn FnMut(&mut [u8]) -> bool) {
    let mut bytes = [0; 16 << 10];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(length) => {
                if !wanted(&mut bytes[..length]) || to.write_all(&bytes[..length]).is_err() {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // The other side hears that there is no more; one that has gone already needs not.
    to.shutdown(Shutdown::Write).unwrap_or_default();
}

/// Reads one request with its body, and answers it.
fn answer(mut client: &TcpStream, status: &str) {
    let (mut request, mut bytes) = (Vec::new(), [0; 16 << 10]);
    loop {
        let Ok(length) = client.read(&mut bytes) else { return };
        request.extend_from_slice(&bytes[..length]);
        if length == 0 || is_whole(&request) {
            break;
        }
    }
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    client.write_all(text.as_bytes()).unwrap_or_default();
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some(end) = end_of_head(request) else { return false };
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    request.len() >= end + length.unwrap_or_default()
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|some| some == b"\r\n\r\n").map(|at| at + 4)
}

fn flip(bytes: &mut [u8], name: &str, next: &mut bool) {
    let mut at = 0;
    if bytes.starts_with(b"PUT ") {
        at = end_of_head(bytes).unwrap_or(bytes.len());
        let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        *next = String::from_utf8_lossy(line).contains(name);
    }
    if *next && let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
        *next = false;
    }
}
