"""The engine that grades submissions: instructors and graders only; students never import it."""
