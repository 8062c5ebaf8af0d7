"""The times that agreements keep to where neither a text nor the policy of a kind says otherwise."""

from datetime import timedelta

from marketplace.contracts.states.agreements import TerminationGround

# after the last delivery nobody has said anything for so long
SILENCE = timedelta(days=30)
# days before the end of a term on which both sides are asked whether they go on
RENEWAL_NOTICES = (60, 30, 7)
# a notice runs at least so many days, so that the other side can answer
SHORTEST_NOTICE = {
    TerminationGround.BREACH: 7,
    TerminationGround.AGREED_CONDITION: 7,
    TerminationGround.FORCE_MAJEURE: 7,
    TerminationGround.NOTICE: 30,
}
LONGEST_NOTICE = 365
# how far ahead a suspension may begin
LONGEST_WAIT = 90
