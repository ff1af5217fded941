DROP TABLE api_token_networks;
DROP TABLE api_token_scopes;
DROP TABLE api_tokens;
