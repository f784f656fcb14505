"""Makes ``.venv`` hold what a lock file lists, with nothing but the standard library.

Usage: ``python3 tracker/bootstrap.py requirements.lock``. Does nothing when the virtual environment
is up to date. Keep to the syntax of Python 3.5 here: an old interpreter has to get as far as the
line that tells its user so.
"""

import sys

OLDEST = (3, 11)


def refuse(message: str) -> None:
    """End with one line."""
    sys.stderr.write("rapporteur: %s\n" % message)
    sys.exit(1)


if sys.version_info < OLDEST:
    refuse(
        "Python %d.%d or newer is needed, this is %d.%d (%s); set PYTHON=/path/to/python"
        % (OLDEST[0], OLDEST[1], sys.version_info[0], sys.version_info[1], sys.executable)
    )

import fcntl  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.json")
LOG = os.path.join(VENV, "install.log")
SIGNS_OF_NO_NETWORK = (
    "Failed to establish a new connection", "Temporary failure in name resolution", "Name or service not known",
    "Network is unreachable", "Connection refused", "timed out", "ProxyError", "NewConnectionError", "Connection reset",
)  # fmt: skip


def hash_of(lock: str) -> str:
    """What a lock file stands for: its content and the interpreter it was installed for."""
    with open(os.path.join(ROOT, lock), "rb") as file:
        return hashlib.sha256(sys.version.encode() + b"\0" + file.read()).hexdigest()


def read_stamps() -> "dict[str, str]":
    """Which locks the environment holds, as hashes; empty when it is missing or was left half-made."""
    try:
        with open(STAMP, encoding="ascii") as file:
            stamps = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) and os.path.exists(VENV_PYTHON) else {}


def write_stamps(stamps: "dict[str, str]") -> None:
    draft = STAMP + ".draft"
    with open(draft, "w", encoding="ascii") as file:
        json.dump(stamps, file)
    os.replace(draft, STAMP)


def matches_this_python() -> bool:
    """Whether the environment works and belongs to the version of the interpreter that runs this."""
    ask = "import sys, pip; print(sys.version)"
    try:
        answer = subprocess.run(
            [VENV_PYTHON, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


def create_venv() -> None:
    if os.path.exists(os.path.join(VENV, "pyvenv.cfg")):
        sys.stderr.write("rapporteur: making .venv anew for Python %s\n" % sys.version.split()[0])
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout:
            refuse("this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv")
        refuse("cannot make .venv: %s" % (made.stdout.strip().splitlines() or ["no reason given"])[-1])


def install(lock: str) -> None:
    sys.stderr.write("rapporteur: installing %s into .venv (once; takes a minute)\n" % lock)
    command = [
        VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--no-deps",
        "--require-hashes", "-r", os.path.join(ROOT, lock),
    ]  # fmt: skip
    with open(LOG, "w", encoding="utf-8") as log:
        failed = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, check=False).returncode
    if not failed:
        return
    with open(LOG, encoding="utf-8", errors="replace") as log:
        text = log.read()
    if "No space left on device" in text:
        reason = "the disk is full"
    elif any(sign in text for sign in SIGNS_OF_NO_NETWORK):
        reason = "the package index cannot be reached; check the network, or the proxy and index settings of pip"
    else:
        errors = [line for line in text.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        reason = errors[-1].replace("ERROR: ", "", 1)
    refuse("installing %s failed: %s (all of it: .venv/install.log)" % (lock, reason))


def prepare(lock: str) -> None:
    """Bring ``.venv`` up to the lock; two that start together take turns."""
    if not os.path.exists(os.path.join(ROOT, lock)):
        refuse("%s is missing; is this the whole checkout?" % lock)
    wanted = hash_of(lock)
    if wanted in read_stamps().values():
        return
    turn = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if wanted in read_stamps().values():
            return
        if not matches_this_python():
            create_venv()
        install(lock)
        # the test lock holds the runtime lock's packages at the same versions
        covered = ["requirements.lock", "requirements-test.lock"] if lock == "requirements-test.lock" else [lock]
        write_stamps({name: hash_of(name) for name in covered})
    except OSError as error:
        refuse("cannot set up .venv in %s: %s" % (ROOT, error.strerror or error))
    finally:
        os.close(turn)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        refuse("usage: bootstrap.py LOCK")
    try:
        prepare(sys.argv[1])
    except KeyboardInterrupt:
        refuse("interrupted; the next start goes on from here")
