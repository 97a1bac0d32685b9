"""The only part of the engine that knows nbgrader: landing grades, its autograde and collect commands, its pages."""
