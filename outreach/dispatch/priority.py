"""What an unserved visit costs, in cost units (100 m of road): who has waited longest for a first class weighs most."""

ROLE = 3000  # for each instructor whom the visit needs: 300 km of road
FIRST_VISIT = 5000
LEARNER, MOST_LEARNERS = 50, 40
DAY_WAITED, MOST_DAYS = 10, 90


def unserved_penalty(*, crew: int, first_visit: bool, learners_65: int, days_waited: int) -> int:
    """`first_visit`: none was ever held in this municipality without a shop; it outweighs the capped terms together.

    `learners_65` counts learners of 65 and over who have had no class yet.
    """
    penalty = crew * ROLE + (FIRST_VISIT if first_visit else 0)
    penalty += LEARNER * min(max(learners_65, 0), MOST_LEARNERS)
    return penalty + DAY_WAITED * min(max(days_waited, 0), MOST_DAYS)
