//! Who may change whom.

use shared::{
    console::{Operator, OperatorPatch, Team},
    ids::OperatorId,
};

/// What is refused, in a sentence.
pub type Refusal = &'static str;

/// Whether an operator may change another like this. Whom security trusts is decided by somebody else than they.
pub fn check_change(by: OperatorId, of: &Operator, patch: &OperatorPatch) -> Result<(), Refusal> {
    if by != of.id {
        return Ok(());
    }
    if patch.teams.as_ref().is_some_and(|teams| !same(teams, &of.teams)) {
        return Err("Nobody changes their own teams: ask another operator of security.");
    }
    if patch.active == Some(false) {
        return Err("Nobody deactivates themself: ask another operator of security.");
    }
    Ok(())
}

/// Whether an operator may take another's password and second factor away.
pub fn check_reset(by: OperatorId, of: OperatorId) -> Result<(), Refusal> {
    if by == of {
        return Err("Nobody resets themself: ask another operator of security, or whoever has the shell.");
    }
    Ok(())
}

/// Teams in the one order in which they are kept.
pub fn in_order(teams: &[Team]) -> Vec<Team> {
    Team::ALL.iter().copied().filter(|team| teams.contains(team)).collect()
}

fn same(one: &[Team], other: &[Team]) -> bool {
    in_order(one) == in_order(other)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nobody_changes_what_they_may_themself() {
        let id = |number| OperatorId(Uuid::from_u128(number));
        let of = Operator {
            id: id(1),
            email: "ada@ops.example".to_owned(),
            name: "Ada".to_owned(),
            teams: vec![Team::Security, Team::Support],
            active: true,
            enrolled: true,
            last_signed_in_at: None,
            version: 1,
        };
        let patch = |teams: Option<&[Team]>, active| OperatorPatch {
            name: Some("Eva".to_owned()),
            teams: teams.map(<[Team]>::to_vec),
            active,
        };
        for (by, patch, allowed) in [
            (2, patch(Some(&[Team::Operations]), Some(false)), true),
            (1, patch(None, None), true),
            (1, patch(None, Some(true)), true),
            (1, patch(Some(&[Team::Support, Team::Security]), None), true),
            (1, patch(Some(&[Team::Security]), None), false),
            (1, patch(Some(Team::ALL), None), false),
            (1, patch(None, Some(false)), false),
        ] {
            assert_eq!(check_change(id(by), &of, &patch).is_ok(), allowed, "{by} {patch:?}");
        }
        assert!(check_reset(id(1), id(1)).is_err() && check_reset(id(1), id(2)).is_ok());
    }

    #[test]
    fn teams_have_one_order() {
        let mixed = [Team::Security, Team::Operations];
        assert_eq!(in_order(&mixed), [Team::Operations, Team::Security]);
    }
}
