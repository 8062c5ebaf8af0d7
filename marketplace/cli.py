"""Commands: database, demo, jobs, audit, users, search, backup."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from marketplace.core import audit as trail
from marketplace.core import backup, migrating
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused

database = AppGroup("db", help="The schema.")
demo = AppGroup("demo", help="The demonstration market.")
jobs = AppGroup("jobs", help="What the worker does.")
audit = AppGroup("audit", help="The sealed trail.")
users = AppGroup("users", help="People with accounts.")
search = AppGroup("search", help="The search index.")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database up to the newest revision, with the rules of agreements that this version brings."""
    from marketplace.contracts.services import rules

    migrating.upgrade(current_app._get_current_object(), revision)  # type: ignore[attr-defined]
    if revision == "head":
        with writing():
            rules.load()


@database.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to a revision."""
    migrating.downgrade(current_app._get_current_object(), revision)  # type: ignore[attr-defined]


@database.command("revision")
@click.option("-m", "--message", required=True, help="What changes, in a few words.")
def revision(message: str) -> None:
    """Draft a migration from what the models say and the database does not."""
    migrating.draft(message)


@jobs.command("work")
@click.option("--once", is_flag=True, help="Do what waits now, then stop.")
def work(once: bool) -> None:
    """Run jobs until stopped."""
    from marketplace.core.outbox import worker

    worker.work(current_app._get_current_object(), once=once)  # type: ignore[attr-defined]


@jobs.command("list")
def list_jobs() -> None:
    """Jobs that wait or were given up."""
    from marketplace.core.outbox import worker

    for job in [*worker.pending(), *worker.dead()]:
        click.echo(
            f"{job.id}\t{job.kind}\t{job.state}\t{job.run_at:%Y-%m-%d %H:%M}\t{job.attempts}\t{job.last_error or ''}"
        )


@audit.command("seal")
def seal() -> None:
    """Seal everything that waits."""
    while trail.seal(current_app.config["SETTINGS"].audit_key):
        db.session.rollback()
    number, value = trail.head()
    click.echo(f"{number} {value}")


@audit.command("verify")
@click.option("--head", default=None, help="A head that was published earlier.")
def verify(head: str | None) -> None:
    """Look for edits, removals, gaps and reordering, in agreements too; for stock, ledgers, calls with wrong sums."""
    from marketplace.contracts.queries.calling import book_faults
    from marketplace.contracts.services.chain import faults_of_all
    from marketplace.inventory.queries import stock_faults
    from marketplace.payments.queries import ledger_faults

    faults = [
        *trail.verify(current_app.config["SETTINGS"].audit_key, known_head=head),
        *stock_faults(),
        *ledger_faults(),
        *book_faults(),
        *faults_of_all(current_app.config["SETTINGS"]),
    ]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    number, value = trail.head()
    click.echo(f"ok: {number} sealed rows, head {value}")


@users.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--operator", is_flag=True, help="Make this person an operator of the marketplace.")
@click.password_option()
def create_user(email: str, name: str, operator: bool, password: str) -> None:
    """Create an account; the first one also brings the official lists: places, product sets, rules of agreements."""
    from marketplace.accounts import services
    from marketplace.catalogue import services as catalogue
    from marketplace.contracts.services import rules

    try:
        password_hash = services.new_hash(password, email, name)
        with writing():
            ref = services.create_from_command(email=email, name=name, password_hash=password_hash, operator=operator)
            catalogue.load_sets()
            rules.load()
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(ref)


@users.command("drop-second-factor")
@click.option("--email", required=True)
def drop_second_factor(email: str) -> None:
    """Take away the second factor of somebody who lost her app and her recovery codes; make sure that it is she."""
    from marketplace.accounts import queries, services

    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException("Nobody has this address.")
    with writing():
        services.second_factor.drop(person, by=SYSTEM)
    click.echo(person.ref)


@search.command("rebuild")
def rebuild() -> None:
    """Write the search index anew from the products."""
    from marketplace.catalogue import jobs

    click.echo(jobs.rebuild_search())


@demo.command("load")
@click.option(
    "--products", type=click.IntRange(0, 999_999), default=0, help="As many products in all, for measurements."
)
@click.option("--orders", type=click.IntRange(0, 9_999_999), default=0, help="As many orders in all, for measurements.")
def load(products: int, orders: int) -> None:
    """Load the demonstration market into an empty database; a second call changes nothing."""
    from marketplace.demo import loading, scaling

    click.echo(scaling.load(products, orders) if products or orders else loading.load())


@demo.command("reset")
@click.confirmation_option(prompt="This deletes everything in the demonstration market. Go on?")
def reset() -> None:
    """Delete the demonstration market and load it anew."""
    from marketplace.demo import loading

    click.echo(loading.reset())


@demo.command("accounts")
def accounts() -> None:
    """The demonstration's accounts."""
    from marketplace.demo import accounts as known

    click.echo(known.table())


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def write_backup(path: Path) -> None:
    """Write database and media into one new file, while the market goes on."""
    try:
        manifest = backup.write(current_app.config["SETTINGS"], path)
    except backup.BackupFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"{path}: {len(manifest.parts)} parts, trail up to {manifest.audit_number} {manifest.audit_head}")


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace what the database holds.")
@click.pass_context
@with_appcontext
def restore(context: click.Context, path: Path, force: bool) -> None:
    """Put a backup into an empty database, then verify the trail; stop the server and the worker first."""
    try:
        manifest = backup.restore(current_app.config["SETTINGS"], path, force=force)
    except backup.BackupFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"Restored what was written at {manifest.made_at}, schema {manifest.revision}.")
    context.invoke(verify, head=manifest.audit_head or None)
    if manifest.revision != migrating.head():
        click.echo("The schema is older than this program: run `flask --app marketplace db upgrade` now.")


def register(app: Flask) -> None:
    """Make the commands known."""
    for command in (write_backup, restore):
        app.cli.add_command(command)
    for group in (database, demo, jobs, audit, users, search):
        app.cli.add_command(group)
