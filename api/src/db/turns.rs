//! Whose turn it is at the connections: so many work at once, so many wait, and those who wait are served organization
//! by organization.
//!
//! Invariant: however much one organization asks for, another waits for no more than one piece of work of each of those
//! that wait too, and finds a place among the waiting.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::OrganizationId;
use tokio::sync::oneshot;

use crate::{ApiError, bounded::Standing};

/// For whom something is done; nobody's is what is asked before the organization is known.
pub type For = Option<OrganizationId>;

/// The turns at so many connections.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Mutex<Line>>);

#[derive(Debug)]
struct Line {
    at_once: usize,
    /// How many more may work at this moment.
    free: usize,
    waiting: usize,
    refused: u64,
    most_waiting: usize,
    /// Those who wait, in their order, by organization.
    queues: HashMap<For, VecDeque<oneshot::Sender<Turn>>>,
    /// The organizations of which somebody waits, in the order in which they are served.
    next: VecDeque<For>,
}

/// Leave to work; given on when it is dropped.
#[derive(Debug)]
pub struct Turn(Option<Turns>);

impl Turns {
    /// So many turns at once, and so many waiting for one. A single organization fills no more than half of the places
    /// to wait in.
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        Self(Arc::new(Mutex::new(Line {
            at_once,
            free: at_once,
            waiting: 0,
            refused: 0,
            most_waiting,
            queues: HashMap::new(),
            next: VecDeque::new(),
        })))
    }

    /// A turn, once it is there. [`ApiError::Busy`] at once where too many wait already.
    pub async fn take(&self, whose: For) -> Result<Turn, ApiError> {
        let waiting = {
            let mut line = self.line();
            if line.free > 0 {
                line.free -= 1;
                return Ok(Turn(Some(self.clone())));
            }
            line.queue(whose)?
        };
        // The sender is dropped by nobody but with the line itself.
        waiting.await.map_err(ApiError::internal)
    }

    /// How many work, and how many wait.
    pub fn standing(&self) -> Standing {
        let line = self.line();
        Standing {
            limit: line.at_once,
            running: line.at_once - line.free,
            waiting: line.waiting,
            refused: line.refused,
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing that is done under the lock panics half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn queue(&mut self, whose: For) -> Result<oneshot::Receiver<Turn>, ApiError> {
        let queue = self.queues.entry(whose).or_default();
        // Whoever has gone away waits no more.
        let before = queue.len();
        queue.retain(|waiting| !waiting.is_closed());
        self.waiting -= before - queue.len();
        if self.waiting >= self.most_waiting || queue.len() >= self.most_waiting.div_ceil(2) {
            if queue.is_empty() {
                self.queues.remove(&whose);
                self.next.retain(|other| *other != whose);
            }
            self.refused += 1;
            return Err(ApiError::Busy);
        }
        if !self.next.contains(&whose) {
            self.next.push_back(whose);
        }
        let (sender, receiver) = oneshot::channel();
        queue.push_back(sender);
        self.waiting += 1;
        Ok(receiver)
    }

    /// Who comes next: the first of the organization whose turn it is, which then stands behind the others. Where nobody
    /// waits, the turn is free; under the same lock, since somebody might come in between.
    fn next_or_free(&mut self) -> Option<oneshot::Sender<Turn>> {
        loop {
            let Some(whose) = self.next.pop_front() else {
                self.free += 1;
                return None;
            };
            let Some(queue) = self.queues.get_mut(&whose) else { continue };
            let first = queue.pop_front();
            if queue.is_empty() {
                self.queues.remove(&whose);
            } else {
                self.next.push_back(whose);
            }
            if let Some(first) = first {
                self.waiting -= 1;
                return Some(first);
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.0.take() else { return };
        let mut turn = Self(Some(turns.clone()));
        loop {
            let next = turns.line().next_or_free();
            let Some(waiting) = next else {
                turn.0 = None;
                return;
            };
            match waiting.send(turn) {
                Ok(()) => return,
                // It has gone away: the next one's.
                Err(back) => turn = back,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, future::BoxFuture};
    use uuid::Uuid;

    fn organization(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    type Waiting = BoxFuture<'static, Result<Turn, ApiError>>;

    /// Asks for a turn and stands in line.
    fn ask(turns: &Turns, whose: For) -> Waiting {
        let turns = turns.clone();
        let mut waiting = async move { turns.take(whose).await }.boxed();
        assert!((&mut waiting).now_or_never().is_none(), "it has to wait");
        waiting
    }

    fn come(waiting: &mut Waiting) -> Option<Turn> {
        waiting.now_or_never().map(|turn| turn.expect("a turn"))
    }

    #[test]
    fn organizations_take_turns_however_many_wait_of_each() {
        let turns = Turns::new(1, 100);
        let first = turns.take(Some(organization(1))).now_or_never().expect("at once").expect("a turn");
        let mut flood: Vec<Waiting> = (0..10).map(|_| ask(&turns, Some(organization(1)))).collect();
        let mut other = ask(&turns, Some(organization(2)));
        let mut third = ask(&turns, None);
        drop(first);
        let turn = come(&mut flood[0]).expect("the first of the flood came first");
        assert!(come(&mut other).is_none());
        drop(turn);
        let turn = come(&mut other).expect("then the other organization, before the rest of the flood");
        drop(turn);
        let turn = come(&mut third).expect("then nobody's");
        drop(turn);
        assert!(come(&mut flood[1]).is_some());
    }

    #[test]
    fn one_organization_leaves_places_to_wait_in_for_others() {
        let turns = Turns::new(1, 4);
        let _held = turns.take(None).now_or_never().expect("at once").expect("a turn");
        let _flood = [ask(&turns, Some(organization(1))), ask(&turns, Some(organization(1)))];
        let refused = turns.take(Some(organization(1))).now_or_never().expect("at once");
        assert!(matches!(refused, Err(ApiError::Busy)));
        let _others = [ask(&turns, Some(organization(2))), ask(&turns, Some(organization(3)))];
        let refused = turns.take(Some(organization(4))).now_or_never().expect("at once");
        assert!(matches!(refused, Err(ApiError::Busy)), "in all no more than four wait");
    }

    #[test]
    fn who_goes_away_keeps_no_place_and_takes_no_turn() {
        let turns = Turns::new(1, 2);
        let held = turns.take(None).now_or_never().expect("at once").expect("a turn");
        let gone = ask(&turns, Some(organization(1)));
        let mut patient = ask(&turns, Some(organization(2)));
        drop(gone);
        drop(held);
        let turn = come(&mut patient).expect("the turn of whoever has gone away");
        drop(turn);
        assert!(
            turns.take(Some(organization(1))).now_or_never().expect("at once").is_ok(),
            "all turns are back"
        );
    }

    #[test]
    fn turns_that_were_given_and_not_fetched_come_back() {
        let turns = Turns::new(1, 2);
        let held = turns.take(None).now_or_never().expect("at once").expect("a turn");
        let waiting = ask(&turns, Some(organization(1)));
        drop(held);
        // The turn lies in the channel of somebody who goes away before looking.
        drop(waiting);
        assert!(turns.take(None).now_or_never().expect("at once").is_ok());
    }
}
