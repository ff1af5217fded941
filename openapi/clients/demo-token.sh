#!/bin/sh
# Prints an API token of Marcus Okafor, one of the demo accounts, for what the examples do. Your own are made in the app,
# under My profile › API tokens: no program needs to know anybody's password.
set -eu

url="${PORTICO_URL:-http://localhost:8080}/api/v1"
password='every door has a key'

post() {
    curl --silent --show-error --fail-with-body --json "$3" --header "Authorization: Bearer $2" "$url$1"
}
take() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

session="$(curl --silent --show-error --fail-with-body \
    --json "{\"email\": \"marcus.okafor@atlas.example\", \"password\": \"$password\"}" "$url/session" | take access_token)"
# Whoever changes who may do what shows the password once more.
post /session/confirm "$session" "{\"password\": \"$password\"}"
post /profile/api-tokens "$session" "{
    \"name\": \"First steps\",
    \"expires_on\": \"$(date -d '+30 days' +%F 2>/dev/null || date -v+30d +%F)\",
    \"scopes\": {
        \"projects\": {\"insert\": true, \"delete\": true, \"view\": true},
        \"project_general\": {\"update\": true, \"view\": true}
    }
}" | take secret
