"""The same rows by bare SQL: what a careful hand would write without the product, ground rules and moments included."""

from __future__ import annotations

# An outsider's evidence of one negotiation as of a day, known at an instant.
ADMITTED = """
    coding.negotiation_id = %(negotiation)s AND coding.status = 'published'
    AND coding.recorded_at <= %(known_at)s AND (coding.retired_at IS NULL OR coding.retired_at > %(known_at)s)
    AND coding.stated_latest <= %(as_of)s
    AND source.tlp <> 'RED' AND source.attribution NOT IN ('chatham_house', 'off_record')
    AND statement.attribution NOT IN ('chatham_house', 'off_record')
"""
JOINS = """
    FROM positions_coding coding
    JOIN positions_statement statement ON statement.id = coding.statement_id
    JOIN positions_source source ON source.id = statement.source_id
"""

TIMELINE = f"""
    SELECT coding.id, coding.statement_id, party.slug, statement.stated_earliest, coding.stated_latest,
           round.number, coding.stance, coding.state,
           coding.move, coding.red_line, coding.footing, statement.source_id, asserter.slug
    {JOINS}
    JOIN positions_party party ON party.id = coding.party_id
    JOIN positions_party asserter ON asserter.id = statement.asserted_by_id
    LEFT JOIN positions_round round ON round.id = statement.round_id
    WHERE {ADMITTED} AND coding.issue_id = %(issue)s AND coding.party_id IN (%(party_a)s, %(party_b)s)
    ORDER BY party.slug, coding.stated_latest
"""

# What says whether a dot is conditional or a copy, and what the rounds are.
TIMELINE_CONDITIONS = """
    SELECT condition.coding_id, condition.id, entry.status, entry."on", entry.recorded_at
    FROM positions_condition condition
    LEFT JOIN positions_conditionstatusentry entry ON entry.condition_id = condition.id
    WHERE condition.coding_id IN ({codings})
    ORDER BY condition.coding_id, condition.rank, entry.rank
"""
CHAINS = """
    SELECT id, derived_from_id FROM positions_source
    WHERE negotiation_id = %(negotiation)s AND derived_from_id IS NOT NULL
"""
ROUNDS = """
    SELECT number, title, starts_on, ends_on FROM positions_round WHERE negotiation_id = %(negotiation)s ORDER BY number
"""

MATRIX = f"""
    WITH evidence AS (
        SELECT coding.issue_id, coding.party_id, coding.footing, coding.stated_latest AS day, coding.stance,
               coding.red_line,
               CASE coding.footing WHEN 'own' THEN 0 WHEN 'inferred' THEN 1 ELSE 2 END AS rank
        {JOINS}
        WHERE {ADMITTED} AND coding.state = 'coded'
    ),
    ranked AS (
        SELECT *, rank() OVER (PARTITION BY issue_id, party_id ORDER BY rank, day DESC) AS place,
               count(*) OVER (PARTITION BY issue_id, party_id, rank) AS total
        FROM evidence
    )
    SELECT party.slug, issue.slug, footing, max(total), day, min(stance), max(stance), count(*),
           max(CASE WHEN red_line THEN 1 ELSE 0 END)
    FROM ranked
    JOIN positions_party party ON party.id = ranked.party_id
    JOIN positions_issue issue ON issue.id = ranked.issue_id
    WHERE place = 1
    GROUP BY party.slug, issue.slug, footing, day
    ORDER BY party.slug, issue.slug
"""

# A position also says since when it has been held: the first day after the last one with another stance.
POSITIONS = f"""
    WITH evidence AS (
        SELECT coding.issue_id, coding.party_id, coding.footing, coding.stated_latest AS day, coding.stance,
               coding.red_line,
               CASE coding.footing WHEN 'own' THEN 0 WHEN 'inferred' THEN 1 ELSE 2 END AS rank
        {JOINS}
        WHERE {ADMITTED} AND coding.state = 'coded' AND coding.party_id IN ({{parties}})
    ),
    best AS (SELECT issue_id, party_id, min(rank) AS rank, count(*) AS everything FROM evidence GROUP BY issue_id,
           party_id),
    occasion AS (
        SELECT issue_id, party_id, rank, footing, everything, day, min(stance) AS low, max(stance) AS high,
               count(*) AS pieces,
               max(CASE WHEN red_line THEN 1 ELSE 0 END) AS red_line
        FROM evidence JOIN best USING (issue_id, party_id, rank)
        GROUP BY issue_id, party_id, rank, footing, everything, day
    ),
    weighed AS (
        SELECT *, CASE WHEN low < 0 AND high > 0 THEN 99 WHEN -low > high THEN low ELSE high END AS value FROM occasion
    ),
    placed AS (
        SELECT *, first_value(value) OVER latest_first AS held, max(day) OVER pair AS latest,
               sum(pieces) OVER pair AS total
        FROM weighed
        WINDOW pair AS (PARTITION BY issue_id, party_id),
               latest_first AS (PARTITION BY issue_id, party_id ORDER BY day DESC)
    ),
    changed AS (
        SELECT issue_id, party_id,
               max(CASE WHEN value <> held THEN day END) AS last_other FROM placed GROUP BY issue_id, party_id
    )
    SELECT party.slug, issue.slug, footing, held, latest, total, everything - total,
           min(CASE WHEN last_other IS NULL OR day > last_other THEN day END) AS since,
           max(CASE WHEN day = latest THEN low END), max(CASE WHEN day = latest THEN high END),
           max(CASE WHEN day = latest THEN pieces END), max(CASE WHEN day = latest THEN red_line END)
    FROM placed
    JOIN changed USING (issue_id, party_id)
    JOIN positions_party party ON party.id = party_id
    JOIN positions_issue issue ON issue.id = issue_id
    GROUP BY party.slug, issue.slug, footing, held, latest, total, everything
    ORDER BY party.slug, issue.slug
"""

STATEMENTS = """
    SELECT statement.*, source.key AS source, asserter.slug AS asserted_by, round.number AS round
    FROM positions_statement statement
    JOIN positions_source source ON source.id = statement.source_id
    JOIN positions_party asserter ON asserter.id = statement.asserted_by_id
    LEFT JOIN positions_round round ON round.id = statement.round_id
    WHERE statement.negotiation_id = %(negotiation)s AND statement.retired_at IS NULL
      AND source.tlp <> 'RED' AND source.attribution NOT IN ('chatham_house', 'off_record')
      AND statement.attribution NOT IN ('chatham_house', 'off_record')
      AND EXISTS (SELECT 1 FROM positions_coding coding
             WHERE coding.statement_id = statement.id AND coding.recorded_at IS NOT NULL)
    ORDER BY statement.stated_latest DESC, statement.id
    LIMIT 50
"""
CODINGS = """
    SELECT coding.*, party.slug AS party, issue.slug AS issue
    FROM positions_coding coding
    JOIN positions_party party ON party.id = coding.party_id
    JOIN positions_issue issue ON issue.id = coding.issue_id
    WHERE coding.statement_id IN ({statements}) AND coding.recorded_at IS NOT NULL AND coding.retired_at IS NULL
"""
CONDITIONS = """
    SELECT condition.id, condition.coding_id, condition.text, condition.kind, burdened.slug AS falls_on,
           entry.status, entry."on", entry.recorded_at
    FROM positions_condition condition
    LEFT JOIN positions_party burdened ON burdened.id = condition.falls_on_id
    LEFT JOIN positions_conditionstatusentry entry ON entry.condition_id = condition.id
    WHERE condition.coding_id IN ({codings})
    ORDER BY condition.coding_id, condition.rank, entry.rank
"""
ADDRESSEES = """
    SELECT link.statement_id, party.slug
    FROM positions_statement_addressees link
    JOIN positions_party party ON party.id = link.party_id
    WHERE link.statement_id IN ({statements})
"""
