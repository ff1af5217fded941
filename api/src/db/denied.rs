//! Writing counts of refused requests: of an organization under its policy, of no organization by a door.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{Actor, Db, tenant::Mode, turns::For};
use crate::{
    ApiError,
    http::denied::{Kind, Place},
};

impl Db {
    /// Adds to what was counted already. Comes from the rim and not from a handler: there is no guard, since it was just
    /// that which refused. Of an organization that is erased meanwhile nothing is counted.
    pub(crate) async fn write_denied(
        &self,
        organization: Option<OrganizationId>,
        kinds: Vec<(Kind, i64)>,
    ) -> Result<(), ApiError> {
        let clock = self.0.clock.clone();
        match organization {
            Some(organization) => {
                self.unit(Mode::Write, organization, Actor::system(), move |conn| {
                    for (kind, requests) in kinds {
                        sql_query(
                            "INSERT INTO denied_access AS d (id, minute, network, user_id, operation, code, requests)
                             SELECT $1, $2, $3, $4, $5, $6, $7 FROM general_data
                             ON CONFLICT ON CONSTRAINT denied_access_once
                             DO UPDATE SET requests = d.requests + excluded.requests",
                        )
                        .bind::<SqlUuid, _>(conn.clock().new_id())
                        .bind::<Timestamptz, _>(kind.minute)
                        .bind::<Nullable<Text>, _>(kind.network)
                        .bind::<Nullable<SqlUuid>, _>(kind.user.map(Uuid::from))
                        .bind::<Nullable<Text>, _>(kind.operation)
                        .bind::<Text, _>(kind.code.key())
                        .bind::<BigInt, _>(requests)
                        .execute(conn.sql())?;
                    }
                    Ok(())
                })
                .await
            }
            None => {
                self.0
                    .gate
                    .run(For::Server, move |connection| {
                        for (kind, requests) in kinds {
                            let Place::Elsewhere(host) = kind.place else { continue };
                            sql_query("SELECT portico.count_denied_elsewhere($1, $2, $3, $4, $5, $6, $7)")
                                .bind::<SqlUuid, _>(clock.new_id())
                                .bind::<Timestamptz, _>(kind.minute)
                                .bind::<Nullable<Text>, _>(kind.network)
                                .bind::<Nullable<Text>, _>(host)
                                .bind::<Nullable<Text>, _>(kind.operation)
                                .bind::<Text, _>(kind.code.key())
                                .bind::<BigInt, _>(requests)
                                .execute(connection)?;
                        }
                        Ok(())
                    })
                    .await
            }
        }
    }
}
