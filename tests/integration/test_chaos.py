"""A class graded under ``kill -9`` comes out as if undisturbed; ``make chaos`` does the same for longer."""

from tests.chaos.campaign import Campaign, results_of

INTERRUPTIONS = 8
EVERY = 25


def test_a_class_under_fire_comes_out_as_if_undisturbed(tmp_path):
    """Whoever is killed: results, gradebook and notebooks are the same, and no process or file is left."""
    campaign = Campaign(tmp_path, 7, INTERRUPTIONS, EVERY)
    assert len(results_of(campaign.calm)) > 5
    differences = []
    while not campaign.killer.satisfied:
        differences += campaign.next_round()
    assert differences == []
