//! What the API explains, as links of a chain in words.

use shared::{
    Language,
    access::explain::{Explanation, LicenceSpan, PositionLink, RoleLink},
};

use crate::{
    locale,
    locales::{
        explain as t, licence_consumption::licence_type, project, projects, role_definition::menu_name,
    },
    ui::{ChainLink, LinkState},
};

/// The links, from the account to the token.
pub fn links(chain: &Explanation) -> Vec<ChainLink> {
    let operation = t::operation(chain.operation);
    let mut links = vec![account(chain)];
    if chain.account.company_admin {
        links.push(ChainLink::new(LinkState::Holds, t::admin()));
    }
    if chain.roles.is_empty() && !chain.account.company_admin {
        links.push(ChainLink::new(LinkState::Missing, t::no_roles()).with_detail(t::no_roles_text()));
    }
    // Where somebody is let in otherwise, a role in which something is missing is nothing that is missing.
    let decides = |holds: bool| match (holds, chain.allowed || otherwise(chain)) {
        (true, _) => LinkState::Holds,
        (false, true) => LinkState::NotAsked,
        (false, false) => LinkState::Missing,
    };
    links.extend(chain.roles.iter().map(|one| role(one, operation, decides(one.allows))));
    if let Some(one) = &chain.position {
        links.push(position(one, operation, decides(one.allows)));
    }
    if chain.project.as_ref().is_some_and(|project| !project.seen) {
        links.push(ChainLink::new(LinkState::Missing, t::unseen()));
    }
    if let Some(token) = &chain.token {
        let words = if token.allows { t::token_allows(operation) } else { t::token_denies(operation) };
        let state = LinkState::of(token.allows);
        links.push(ChainLink::new(state, t::token(&token.name)).with_parts(vec![(state, words)]));
    }
    links
}

/// Whether some role or the position is enough, whatever else may be missing.
fn otherwise(chain: &Explanation) -> bool {
    let by_role = chain.roles.iter().any(|role| role.allows);
    chain.account.company_admin || by_role || chain.position.is_some_and(|position| position.allows)
}

/// The verdict as a title, and why where it is no.
pub fn verdict(chain: &Explanation, is_own: bool, language: Language) -> (String, Option<String>) {
    let (operation, screen) = (t::operation(chain.operation), menu_name(chain.menu));
    let name = chain.user.name.as_str();
    let title = match (chain.allowed, is_own) {
        (true, false) => t::may(name, operation, &screen),
        (false, false) => t::may_not(name, operation, &screen),
        (true, true) => t::may_own(operation, &screen),
        (false, true) => t::may_not_own(operation, &screen),
    };
    let why = if !chain.account.opens() {
        Some(t::cannot_sign_in().to_owned())
    } else if let Some(denial) = &chain.denial {
        // What a refused request is told speaks to the person.
        let about = || t::because(denial.reason, &denial.roles.join(", "));
        Some(if is_own { denial.text(language) } else { about() })
    } else if chain.project.as_ref().is_some_and(|project| !project.seen) && !chain.allowed {
        Some(t::unseen().to_owned())
    } else {
        None
    };
    (title, why)
}

fn account(chain: &Explanation) -> ChainLink {
    if !chain.account.active {
        ChainLink::new(LinkState::Missing, t::account_inactive())
    } else if chain.account.no_login {
        ChainLink::new(LinkState::Missing, t::account_no_login())
    } else {
        ChainLink::new(LinkState::Holds, t::account_opens())
    }
}

fn role(role: &RoleLink, operation: &str, state: LinkState) -> ChainLink {
    let licence = licence_type(&role.licence_type, &role.licence_type);
    let days: Vec<String> = role.licences.iter().map(|one| span(*one)).collect();
    let held = match (role.licence_valid, days.is_empty()) {
        (true, _) => t::licence_valid(&licence, &days.join("; ")),
        (false, false) => t::licence_invalid(&licence, &days.join("; ")),
        (false, true) => t::licence_never(&licence),
    };
    let ceiling = if role.within_ceiling { t::within } else { t::beyond };
    let grant = if role.granted { t::granted } else { t::not_granted };
    let mut parts = vec![
        (LinkState::of(role.licence_valid), held),
        (LinkState::of(role.within_ceiling), ceiling(&licence, operation)),
        (LinkState::of(role.granted), grant(operation)),
    ];
    if let Some(leads) = role.leads_to_project {
        parts.push((LinkState::of(leads), t::leads(role.reach, leads).to_owned()));
    }
    ChainLink::new(state, t::role(&role.name)).with_parts(parts)
}

fn position(link: &PositionLink, operation: &str, state: LinkState) -> ChainLink {
    let (Some(assigned), Some(effective)) = (link.assigned, link.effective) else {
        return ChainLink::new(state, t::position_none()).with_detail(t::position_none_text());
    };
    let effective_name = projects::position(effective);
    let counts = match link.lowered_because {
        None => (LinkState::Holds, t::counts_fully().to_owned()),
        Some(because) => {
            (LinkState::Missing, format!("{}. {}", t::counts_as(effective_name), project::lowered(because)))
        }
    };
    let mine = if link.my_projects { t::my_projects } else { t::my_projects_not };
    let opens = if link.opens { t::opens } else { t::opens_not };
    ChainLink::new(state, t::position(projects::position(assigned))).with_parts(vec![
        counts,
        (LinkState::of(link.my_projects), mine(operation)),
        (LinkState::of(link.opens), opens(effective_name, operation)),
    ])
}

fn span(span: LicenceSpan) -> String {
    let from = locale::date(span.from);
    match span.until {
        Some(until) => t::from_until(&from, &locale::date(until)),
        None => t::since(&from),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Somebody with one role that grants everything, and the token of the question.
    fn chain(change: serde_json::Value) -> Explanation {
        let id = "0198c2a4-0000-7000-8000-000000000001";
        let mut chain = json!({
            "user": {"id": id, "name": "Eva Ruiz", "email": "eva@example.org"},
            "menu": "project_team", "operation": "update", "day": "2026-03-02", "allowed": true,
            "account": {"active": true, "no_login": false, "company_admin": false},
            "roles": [{"id": id, "name": "Lead", "licence_type": "project_manager", "licence_valid": true,
                "licences": [{"from": "2020-01-01"}], "within_ceiling": true, "granted": true, "reach": "own",
                "allows": true}],
        });
        for (field, value) in change.as_object().expect("an object") {
            chain[field] = value.clone();
        }
        serde_json::from_value(chain).expect("a chain")
    }

    fn states(chain: &Explanation) -> Vec<LinkState> {
        links(chain).iter().map(|link| link.state).collect()
    }

    #[test]
    fn each_link_stands_as_the_server_says() {
        use LinkState::{Holds, Missing, NotAsked};
        let role = chain(json!({})).roles[0].clone();
        let missing = |role: &shared::access::explain::RoleLink| shared::access::explain::RoleLink {
            granted: false,
            allows: false,
            ..role.clone()
        };
        let nothing = json!({"allowed": false, "roles": [missing(&role)]});
        let two = json!({"roles": [missing(&role), role]});
        let closed = json!({"allowed": false, "account": {"active": false, "no_login": false, "company_admin": false}});
        let admin =
            json!({"roles": [], "account": {"active": true, "no_login": false, "company_admin": true}});
        let position = json!({"assigned": "manager", "effective": "team_member", "lowered_because": "licence",
            "my_projects": true, "opens": false, "allows": false});
        let lowered = json!({"allowed": false, "roles": [missing(&role)], "position": position});
        for (name, change, expected) in [
            ("allowed", json!({}), vec![Holds, Holds]),
            ("not granted", nothing, vec![Holds, Missing]),
            ("one of two is enough", two, vec![Holds, NotAsked, Holds]),
            ("deactivated", closed, vec![Missing, Holds]),
            ("company admin", admin, vec![Holds, Holds]),
            ("no role", json!({"allowed": false, "roles": []}), vec![Holds, Missing]),
            ("lowered", lowered, vec![Holds, Missing, Missing]),
            (
                "a token that lacks it",
                json!({"allowed": false, "token": {"name": "Backup", "allows": false}}),
                vec![Holds, Holds, Missing],
            ),
        ] {
            assert_eq!(states(&chain(change)), expected, "{name}");
        }
    }

    #[test]
    fn a_verdict_of_no_says_why() {
        let denial = json!({"menu": "project_team", "operation": "update", "reason": "not_granted", "roles": ["Lead"]});
        for (change, is_own, why) in [
            (json!({}), true, None),
            (
                json!({"allowed": false, "denial": denial}),
                true,
                Some("None of your roles (Lead) grants Update on Team."),
            ),
            (json!({"allowed": false, "denial": denial}), false, Some("None of the roles (Lead) grants it.")),
        ] {
            let (title, found) = verdict(&chain(change), is_own, Language::En);
            assert!(title.ends_with("Update on Projects › Team"), "{title}");
            assert_eq!(found.as_deref(), why);
        }
    }
}
