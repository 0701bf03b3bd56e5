"""The command line. Everything heavy is imported by the command that needs it: ``copbot --help`` stays quick."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from copbot import __version__
from copbot.errors import CopbotError

OK, FOUND, FAULT = 0, 1, 2
"""Exit codes: all well; something to mend was found, or something planned did not happen; copbot cannot work like this."""

app = typer.Typer(
    name="copbot",
    help="Hosts discussions of Communities of Practice on Slack, Discord and in a local room.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Settings_ = Annotated[Optional[Path], typer.Option("--settings", help="A YAML file with settings (else $COPBOT_SETTINGS).")]  # noqa: UP045
Database = Annotated[Optional[str], typer.Option("--db", help="Address of the database, like sqlite:///copbot.sqlite3.")]  # noqa: UP045
Forgotten_ = Annotated[Optional[Path], typer.Option("--forgotten", help="The list (for restore: else forgotten.json beside the backup).")]  # noqa: UP045


def main() -> None:
    """Run; faults are one clear line and exit code 2."""
    with clear_faults():
        app()


@contextmanager
def clear_faults() -> Iterator[None]:
    """Turn copbot's own errors into one line on stderr."""
    try:
        yield
    except CopbotError as error:
        print(f"copbot: {error}", file=sys.stderr)
        raise SystemExit(FAULT) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _version(wanted: bool) -> None:
    if wanted:
        print(f"copbot {__version__}")
        raise typer.Exit(OK)


@app.callback()
def common(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False) -> None:
    """Hosts discussions of Communities of Practice on Slack, Discord and in a local room."""


@app.command("try")
def try_(
    script: Annotated[bool, typer.Option("--script", help="Play the whole chat without a browser, then report.")] = False,
    speed: Annotated[str, typer.Option(help="How many times faster than real time, or max.")] = "",
    seed: Annotated[int, typer.Option(help="Fixes every chance: the same seed gives the same log.")] = 1,
    db: Database = None,
    out: Annotated[Path, typer.Option(help="Folder for transcript.html, transcript.md and log.csv (with --script).")] = Path("copbot-try"),
    question_set: Annotated[str, typer.Option(help="Which question set to play.")] = "resnetslt-2018-01-thinking-together",
    at: Annotated[Optional[datetime], typer.Option(help="Local start, like 2030-01-30T19:30; else what the set suggests.")] = None,  # noqa: UP045
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 8000,
    settings: Settings_ = None,
) -> None:
    """Try copbot in a minute: a chat with simulated members in a room in your browser. No account, no token."""
    from copbot.rehearsal import command

    wish = command.Wish(speed, seed, db, out, question_set, at, port, settings)
    raise typer.Exit(command.play_script(wish) if script else command.play_in_browser(wish))


@app.command()
def run(settings: Settings_ = None) -> None:
    """Host chats until stopped."""
    import asyncio

    from copbot import app as house
    from copbot.log import configure, logger
    from copbot.settings import Settings

    loaded = Settings.load(settings)
    configure(loaded.log_format, loaded.log_level)
    try:
        asyncio.run(house.run(loaded))
    except CopbotError:
        raise
    except Exception as error:  # noqa: BLE001 - in the log's form: a plain traceback would quote what people wrote
        logger("copbot").critical("copbot fell over", action="crashed", error=type(error).__name__, exc_info=error)
        raise typer.Exit(FAULT) from None


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder for your own community and question sets.")]) -> None:
    """Make a folder to start from: one community, one question set, and where to go on."""
    from copbot.content import init as make

    for path in make(folder):
        print(f"wrote {path}")
    print(f"Next: edit the community, then: copbot check {folder}")


@app.command()
def check(
    paths: Annotated[Optional[list[Path]], typer.Argument(help="Files or folders; else the ones in use.")] = None,  # noqa: UP045
    format: Annotated[Literal["text", "json", "github"], typer.Option(help="How to write them.")] = "text",
    explain: Annotated[bool, typer.Option("--explain", help="Show every default that a file leaves to copbot.")] = False,
    settings: Settings_ = None,
) -> None:
    """Find everything wrong in YAML and wording at once, as file:line:column with the corrected line."""
    from copbot import content

    if explain:
        for path in paths or []:
            print(content.explain(path))
        raise typer.Exit(OK)
    problems = content.check(paths or _folders(settings))
    print(content.report(problems, format))
    raise typer.Exit(FOUND if any(not problem.is_warning for problem in problems) else OK)


def _folders(settings: Path | None) -> list[Path]:
    from copbot.resources import data_dir
    from copbot.settings import Settings

    loaded = Settings.load(settings)
    folders = [loaded.config_dir or data_dir("config"), loaded.prompts_dir or data_dir("prompts")]
    here = Path.cwd()
    return [folder.relative_to(here) if folder.is_relative_to(here) else folder for folder in folders]


@app.command()
def preview(
    question_set: Annotated[str, typer.Argument(help="The id of a question set, or its file.")],
    at: Annotated[Optional[datetime], typer.Option(help="Local start, like 2030-01-30T19:30; else what the set suggests.")] = None,  # noqa: UP045
    settings: Settings_ = None,
) -> None:
    """Show a chat as it would happen, with clock times."""
    from copbot.operating.preview import preview as show

    print(show(question_set, at, settings))


slack = typer.Typer(no_args_is_help=True, help="Connect a Slack workspace.")
app.add_typer(slack, name="slack")


@slack.callback()
def for_slack() -> None:
    """Connect a Slack workspace."""


@slack.command("manifest")
def slack_manifest(
    name: Annotated[str, typer.Option(help="What the app is called in Slack.")] = "copbot",
    http: Annotated[str, typer.Option(help="copbot's public address, if Slack is to call it; else Socket Mode.")] = "",
) -> None:
    """Print the app manifest to paste at api.slack.com/apps: exactly the scopes and events that copbot uses."""
    from copbot.operating.manifests import slack_manifest as manifest

    print(manifest(name, http))


discord = typer.Typer(no_args_is_help=True, help="Connect a Discord server.")
app.add_typer(discord, name="discord")


@discord.callback()
def for_discord() -> None:
    """Connect a Discord server."""


@discord.command("invite")
def discord_invite(
    application_id: Annotated[str, typer.Option(help="The application's id; else Discord is asked whose the token is.")] = "",
    settings: Settings_ = None,
) -> None:
    """Print the address that invites the bot to a server: exactly the permissions that copbot uses."""
    from copbot.operating.invitations import discord_invitation

    print(discord_invitation(application_id, settings))


@app.command()
def schema() -> None:
    """Print the JSON Schema of all YAML files, for editors."""
    import json

    from copbot.content import copbot_schema

    print(json.dumps(copbot_schema(), indent=2, ensure_ascii=False))


@app.command()
def migrate(db: Database = None, settings: Settings_ = None) -> None:
    """Bring the database up to date. ``run`` does so by itself."""
    from copbot.settings import Settings
    from copbot.store.migrate import migrate as bring_up

    url = db or Settings.load(settings).database_url.get_secret_value()
    bring_up(url)
    print("The database is up to date.")


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="log or transcript.")],
    chat: Annotated[Optional[int], typer.Option(help="Number of the chat; a transcript needs it.")] = None,  # noqa: UP045
    format: Annotated[str, typer.Option(help="log: csv, jsonl, json. transcript: md, html, json.")] = "",
    out: Annotated[Optional[Path], typer.Option(help="File to write; else standard output.")] = None,  # noqa: UP045
    db: Database = None,
    settings: Settings_ = None,
) -> None:
    """Write the participation log or a transcript, with pseudonyms, as members agreed to."""
    from copbot.operating.export import export as make

    make(what, chat, format, db, settings, out)
    if out is not None:
        print(f"wrote {out}", file=sys.stderr)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file. The list of who was forgotten is kept beside it.")],
    db: Database = None,
    settings: Settings_ = None,
) -> None:
    """Copy the SQLite database, also while copbot runs. On PostgreSQL: pg_dump, and copbot forgotten."""
    from copbot.operating.backup import backup as make

    print("\n".join(make(file, db, settings)))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")], forgotten: Forgotten_ = None, db: Database = None, settings: Settings_ = None
) -> None:
    """Put a backup in the place of the SQLite database, and forget again whom it still knows. copbot must be stopped."""
    from copbot.operating.backup import restore as put_back

    print("\n".join(put_back(file, forgotten, db, settings)))


@app.command()
def forgotten(
    file: Annotated[Path, typer.Argument(help="The list; made if it is not there.")], db: Database = None, settings: Settings_ = None
) -> None:
    """Add to a list kept beside the backups who was forgotten, without saying who they are."""
    from copbot.operating.backup import keep_forgotten

    print("\n".join(keep_forgotten(file, db, settings)))


@app.command("after-restore")
def after_restore(forgotten: Forgotten_ = None, db: Database = None, settings: Settings_ = None) -> None:
    """After pg_restore and before copbot starts: forget again, and look for what was posted since before posting it."""
    from copbot.operating.backup import after_restore as make_safe

    print("\n".join(make_safe(forgotten, db, settings)))


@app.command()
def doctor(settings: Settings_ = None) -> None:
    """Look for everything that would go wrong, and say how to mend it."""
    from copbot.operating.doctor import examine

    findings = examine(settings)
    for finding in findings:
        print(finding.line())
    raise typer.Exit(FOUND if any(finding.verdict == "FAIL" for finding in findings) else OK)
