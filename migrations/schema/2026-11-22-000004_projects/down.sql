DROP TABLE project_positions;
DROP TABLE projects;
DROP TABLE project_parameters;
