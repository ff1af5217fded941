DROP TABLE sign_in_settings;
