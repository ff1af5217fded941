//! The harness: a real server in this process, a fixed clock, a database of its own cloned from a template, always
//! two organizations, and people as values.
//!
//! ```ignore
//! let app = TestApp::start();
//! let ana = app.acme.person().grant(Menu::Projects, Operations::VIEW).create(&app);
//! ana.get("/projects").expect(200);
//! ```

mod actor;
mod audit;
mod cluster;
mod console;
mod dice;
mod disk;
mod http;
mod mail;
mod own_cluster;
mod picture;
mod program;
mod proxy;
mod s3;
mod server;
mod sftp;
mod stream;

pub use actor::{Actor, Person, Token};
pub use audit::said;
pub use cluster::Database;
pub use console::{OPERATOR_PASSWORD, TestConsole, TestOperator, at, book_config, registry};
pub use dice::Dice;
pub use disk::SmallDisk;
pub use http::{Answer, Client};
pub use mail::MailServer;
pub use own_cluster::{OwnCluster, as_owner, give_to_owner, postgres_program};
pub use picture::png;
pub use program::{ACME, Program, a_moment, api_token, free_address, signal, signed_in, until, until_within};
pub use proxy::{Fault, Proxy};
pub use s3::{S3Server, Whose};
pub use server::{
    PASSWORD, TestApp, TestOrganization, TestServer, keys_directory, plenty, starting_organizations,
    starting_time,
};
pub use sftp::{Disk, SftpServer};
pub use stream::{EventStream, Next};
