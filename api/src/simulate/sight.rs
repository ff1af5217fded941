//! What of a simulation somebody may see: a look ahead shows no people to whoever may not view people, and no licences
//! held to whoever may not see how they are used.

use shared::{Menu, Operation, access::simulate::Simulation};

use crate::access::{Caller, person::Holder};

/// What somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Who gains and loses.
    people: bool,
    /// How many seats are used and held.
    seats: bool,
}

impl Seen {
    /// What the caller may see.
    pub fn by(caller: &Caller) -> Self {
        let (holder, today): (&Holder, _) = (caller.holder(), caller.today());
        let views = |menu| holder.check(menu, Operation::View, today).is_ok();
        Self { people: views(Menu::Users), seats: views(Menu::ManageAccount) }
    }

    /// The part of it that may be seen. The counts stay.
    pub fn of(self, simulation: Simulation) -> Simulation {
        Simulation {
            effects: if self.people { simulation.effects } else { Vec::new() },
            seats: if self.seats { simulation.seats } else { Vec::new() },
            ..simulation
        }
    }
}
