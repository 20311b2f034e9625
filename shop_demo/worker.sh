# Celery workers for the three queues; Ctrl-C stops them after the step they are at, and what is left goes on at the next start.
# Training has a process and a solo pool of its own: CUDA does not survive a fork.
set -u
cd "$(dirname "$0")/.."
start() { .venv/bin/celery -A shop_demo worker --loglevel INFO --without-gossip --without-mingle --without-heartbeat "$@" & }
start -n main@%h -Q loyalty,loyalty_score --pool threads --concurrency "${WORKERS:-2}"
main=$!
start -n train@%h -Q loyalty_train --pool solo
train=$!
trap 'kill -TERM $main $train 2>/dev/null' INT TERM
# A trapped signal ends `wait` early: wait again until both are gone.
while kill -0 $main 2>/dev/null || kill -0 $train 2>/dev/null; do wait; done
