//! Whose turn it is at the connections: so many work at once, so many wait, and those who wait are served organization
//! by organization.
//!
//! Invariant: however much one organization asks for, another waits for no more than one piece of work of each of those
//! that wait too, and finds a place among the waiting; and one alone never holds the last connection.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::OrganizationId;
use tokio::sync::oneshot;

use crate::{ApiError, bounded::Standing};

/// For whom something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum For {
    /// People and tokens of an organization.
    Organization(OrganizationId),
    /// Those who are not known yet: who signs in, forgot the password, follows a link.
    Strangers,
    /// The server itself: which organization is at a host, and whether the database answers.
    Server,
}

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
    /// How many work of each; those who have none are not there.
    held: HashMap<For, usize>,
    /// Those who wait, in their order, by organization.
    queues: HashMap<For, VecDeque<oneshot::Sender<Turn>>>,
    /// The organizations of which somebody waits, in the order in which they are served.
    next: VecDeque<For>,
}

/// Leave to work; given on when it is dropped.
#[derive(Debug)]
pub struct Turn(Option<(Turns, For)>);

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
            held: HashMap::new(),
            queues: HashMap::new(),
            next: VecDeque::new(),
        })))
    }

    /// A turn, once it is there. [`ApiError::Busy`] at once where too many wait already.
    pub async fn take(&self, whose: For) -> Result<Turn, ApiError> {
        let waiting = {
            let mut line = self.line();
            if line.free > 0 && line.may_hold(whose) {
                line.free -= 1;
                line.hold(whose);
                return Ok(Turn(Some((self.clone(), whose))));
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

    /// Whether one more of theirs may work: one alone leaves a connection to the others.
    fn may_hold(&self, whose: For) -> bool {
        let held = self.held.get(&whose).copied().unwrap_or(0);
        held < self.at_once.saturating_sub(1).max(1)
    }

    fn hold(&mut self, whose: For) {
        *self.held.entry(whose).or_default() += 1;
    }

    fn release(&mut self, whose: For) {
        if let Some(held) = self.held.get_mut(&whose) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&whose);
            }
        }
    }

    /// Who comes next: the first of the organization whose turn it is, which then stands behind the others. Where nobody
    /// waits who may, the turn is free; under the same lock, since somebody might come in between.
    fn next_or_free(&mut self) -> Option<(oneshot::Sender<Turn>, For)> {
        for _ in 0..self.next.len() {
            let Some(whose) = self.next.pop_front() else { break };
            if !self.may_hold(whose) {
                self.next.push_back(whose);
                continue;
            }
            let Some(queue) = self.queues.get_mut(&whose) else { continue };
            let first = queue.pop_front();
            if queue.is_empty() {
                self.queues.remove(&whose);
            } else {
                self.next.push_back(whose);
            }
            if let Some(first) = first {
                self.waiting -= 1;
                self.hold(whose);
                return Some((first, whose));
            }
        }
        self.free += 1;
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some((turns, mut whose)) = self.0.take() else { return };
        loop {
            let next = {
                let mut line = turns.line();
                line.release(whose);
                line.next_or_free()
            };
            let Some((waiting, theirs)) = next else { return };
            match waiting.send(Self(Some((turns.clone(), theirs)))) {
                Ok(()) => return,
                // It has gone away: the next one's.
                Err(mut back) => {
                    back.0 = None;
                    whose = theirs;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, future::BoxFuture};
    use uuid::Uuid;

    fn organization(number: u128) -> For {
        For::Organization(OrganizationId(Uuid::from_u128(number)))
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
        let first = turns.take(organization(1)).now_or_never().expect("at once").expect("a turn");
        let mut flood: Vec<Waiting> = (0..10).map(|_| ask(&turns, organization(1))).collect();
        let mut other = ask(&turns, organization(2));
        let mut third = ask(&turns, For::Strangers);
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
        let _held = turns.take(For::Strangers).now_or_never().expect("at once").expect("a turn");
        let _flood = [ask(&turns, organization(1)), ask(&turns, organization(1))];
        let refused = turns.take(organization(1)).now_or_never().expect("at once");
        assert!(matches!(refused, Err(ApiError::Busy)));
        let _others = [ask(&turns, organization(2)), ask(&turns, organization(3))];
        let refused = turns.take(organization(4)).now_or_never().expect("at once");
        assert!(matches!(refused, Err(ApiError::Busy)), "in all no more than four wait");
    }

    #[test]
    fn who_goes_away_keeps_no_place_and_takes_no_turn() {
        let turns = Turns::new(1, 2);
        let held = turns.take(For::Strangers).now_or_never().expect("at once").expect("a turn");
        let gone = ask(&turns, organization(1));
        let mut patient = ask(&turns, organization(2));
        drop(gone);
        drop(held);
        let turn = come(&mut patient).expect("the turn of whoever has gone away");
        drop(turn);
        assert!(turns.take(organization(1)).now_or_never().expect("at once").is_ok(), "all turns are back");
    }

    #[test]
    fn turns_that_were_given_and_not_fetched_come_back() {
        let turns = Turns::new(1, 2);
        let held = turns.take(For::Strangers).now_or_never().expect("at once").expect("a turn");
        let waiting = ask(&turns, organization(1));
        drop(held);
        // The turn lies in the channel of somebody who goes away before looking.
        drop(waiting);
        assert!(turns.take(For::Strangers).now_or_never().expect("at once").is_ok());
    }

    #[test]
    fn one_alone_never_holds_the_last_connection() {
        let turns = Turns::new(3, 10);
        let take = |whose| turns.take(whose).now_or_never().expect("at once").expect("a turn");
        let first = take(organization(1));
        let _second = take(organization(1));
        let mut third = ask(&turns, organization(1));
        let other = take(organization(2));
        assert!(come(&mut third).is_none());
        drop(other);
        assert!(come(&mut third).is_none(), "the connection that is free is not theirs");
        drop(first);
        assert!(come(&mut third).is_some(), "one of their own came back");
        assert_eq!(turns.standing().running, 1, "nobody looked any more, and the turn came back");
    }

    proptest::proptest! {
        #[test]
        fn no_turn_is_lost_and_nobody_waits_for_nothing(steps in proptest::collection::vec((0_u8..3, 0_u128..4), 1..200)) {
            let turns = Turns::new(3, 12);
            let mut held: Vec<(For, Turn)> = vec![];
            let mut waiting: Vec<(For, Waiting)> = vec![];
            for (step, number) in steps {
                let whose = organization(number);
                match step {
                    0 => {
                        let own = turns.clone();
                        let mut asked = async move { own.take(whose).await }.boxed();
                        match (&mut asked).now_or_never() {
                            Some(Ok(turn)) => held.push((whose, turn)),
                            Some(Err(_)) => {}
                            None => waiting.push((whose, asked)),
                        }
                    }
                    1 if !held.is_empty() => drop(held.swap_remove(usize::try_from(number).unwrap_or(0) % held.len())),
                    2 if !waiting.is_empty() => drop(waiting.swap_remove(usize::try_from(number).unwrap_or(0) % waiting.len())),
                    _ => {}
                }
                let mut still = vec![];
                for (whose, mut asked) in waiting.drain(..) {
                    match (&mut asked).now_or_never() {
                        Some(turn) => held.push((whose, turn.expect("a turn"))),
                        None => still.push((whose, asked)),
                    }
                }
                waiting = still;
                let of = |whose: For| held.iter().filter(|(theirs, _)| *theirs == whose).count();
                proptest::prop_assert_eq!(turns.standing().running, held.len());
                proptest::prop_assert!(held.len() <= 3);
                proptest::prop_assert!(held.iter().all(|(whose, _)| of(*whose) <= 2));
                // Where a connection is free, whoever waits already has theirs.
                proptest::prop_assert!(held.len() == 3 || waiting.iter().all(|(whose, _)| of(*whose) == 2));
            }
        }
    }
}
