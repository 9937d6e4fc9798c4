# make report            a page of verdicts, preset quick (about an hour on two cores)
# make report PRESET=smoke   the six-minute form
# make report CONFIG="'problems=[burgers]'"   settings to override, each in quotes of its own
# make test              fast tests; make test-all adds the slow ones
PRESET ?= quick
CORES ?= all
CONFIG ?=
PYTHON ?= python3
export OMP_NUM_THREADS ?= 1

BIN := .venv/bin
READY := .venv/ready

.PHONY: report page reference smoke-table calibration test test-all lint format schema lock clean

report: $(READY)
	$(BIN)/python -m replication report --preset $(PRESET) --cores $(CORES) $(if $(CONFIG),--config $(CONFIG))

page: $(READY)
	$(BIN)/python -m replication page-so-far --preset $(PRESET) $(if $(CONFIG),--config $(CONFIG))

# The page of what was published with `python -m replication publish`, from what is committed alone.
reference: $(READY)
	$(BIN)/python -m replication reference-report

# What CI holds the smoke preset against; run it after `make report PRESET=smoke`.
smoke-table: $(READY)
	$(BIN)/python -m replication export-results --preset smoke --out reports/reference/smoke.csv

calibration: $(READY)
	$(BIN)/snakemake --cores 1 --force docs/calibration.csv

# A file's tests stay in one process, since they share what is slow to make; slow tests start processes of their own.
test: $(READY)
	$(BIN)/python -m pytest -m "not slow" --numprocesses logical --maxprocesses 8 --dist loadfile

test-all: test
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

schema: $(READY)
	$(BIN)/python -m replication settings-reference

# Resolve pyproject.toml anew and pin what came out; the local version label of CPU wheels is dropped.
lock:
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet ".[dev]"
	.venv-lock/bin/pip freeze --exclude small-neural-pde-replication | sed 's/+cpu//' > requirements.lock
	rm -rf .venv-lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, found " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# The environment and what `smoke` and `quick` made; longer presets took nights and stay.
clean:
	rm -rf .venv .snakemake $(foreach preset,smoke quick,results/$(preset) reports/$(preset) logs/$(preset) data/*/$(preset))
