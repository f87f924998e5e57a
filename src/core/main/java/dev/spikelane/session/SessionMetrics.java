package dev.spikelane.session;

import dev.spikelane.engine.observe.MetricSink;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Metrics;
import dev.spikelane.simd.Rows;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of a pool's steps, if a listener wants them. Rates are taken from a few sessions of a batch, to save time.
 */
final class SessionMetrics {

    private static final String NAME = "spikelane.sessions.";
    private static final int EVERY = 8;
    private static final int MOST = 16;

    private final MetricSink sink;
    private long start;
    private int waiting;
    private long since;

    SessionMetrics(@Nullable Metrics metrics) {
        this.sink = new MetricSink(metrics == null ? null : metrics::record);
    }

    /**
     * Sets the number of queued offers before the next step, and the arrival of the first; 0 for a step without offers.
     */
    void waited(int offers, long first) {
        waiting = offers;
        since = first;
    }

    void begin() {
        start = sink.wanted() ? System.nanoTime() : 0;
    }

    void end(SessionBatch batch) {
        if (start != 0 && batch.count > 0) {
            sink.tell(NAME + "batch", batch.count);
            sink.tell(NAME + "seconds", (System.nanoTime() - start) * 1e-9);
            if (waiting > 0) {
                sink.tell(NAME + "queue", waiting);
                sink.tell(NAME + "wait", (start - since) * 1e-9);
            }
            tellSome(batch, Math.clamp(batch.count / EVERY, 1, MOST));
        }
    }

    private void tellSome(SessionBatch batch, int some) {
        SessionPool.Answers answers = batch.answers;
        long active = 0;
        long inputs = 0;
        long fired = 0;
        int undecided = 0;
        double margin = 0;
        for (int i = 0; i < some; i++) {
            int place = (int) ((long) i * batch.count / some);
            for (Signal rows : batch.inputs) {
                active += Rows.active(rows, batch.rows[place], 1);
                inputs += rows.columns();
            }
            fired += answers.spikes().count(place, 1);
            undecided += answers.decidedAfter(place) == 0 ? 1 : 0;
            margin += answers.margin(place);
        }
        sink.tell(NAME + "input", (double) active / inputs);
        sink.tell(NAME + "output", (double) fired / some / answers.spikes().columns());
        sink.tell(NAME + "undecided", (double) undecided / some);
        sink.tell(NAME + "margin", margin / some);
    }
}
