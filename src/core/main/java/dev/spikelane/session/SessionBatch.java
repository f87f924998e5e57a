package dev.spikelane.session;

import dev.spikelane.engine.session.SessionTable;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.Signal;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Sessions that go one step further together, cut into parts that threads share. */
final class SessionBatch {

    /** Waking a thread takes as long as so many sessions. */
    private static final int LEAST_SHARED = 32;

    /**
     * Parts behind which threads meet, some 1,000 sessions: where two share a core, only one that waits and is woken
     * comes to an idle one at once.
     */
    private static final int TOGETHER = 16;

    private static final int FIRST = 256;
    private static final Signal[] NOTHING = {};

    final SessionTable table;
    final SessionRun[] runs;
    private final MemorySegment initial;
    private final WorkerPool workers;
    private final WorkerPool.Job job = this::run;
    int count;
    int[] slots = new int[FIRST];
    /** The row of each session in the inputs. */
    int[] rows = new int[FIRST];

    Signal[] inputs = NOTHING;
    SessionPool.Answers answers;

    private int[] from = new int[FIRST];
    private int[] sizes = new int[FIRST];
    /** The first of the parts that are at work. */
    private int firstPart;

    private final SessionMetrics metrics;

    SessionBatch(
            SessionTable table,
            SessionRun[] runs,
            MemorySegment initial,
            SessionPool.Answers answers,
            SessionMetrics metrics) {
        this.table = table;
        this.runs = runs;
        this.initial = initial;
        this.answers = answers;
        this.metrics = metrics;
        this.workers = new WorkerPool(runs.length);
    }

    /** Begins another batch. */
    void begin(Signal[] given, SessionPool.Answers into) {
        inputs = given;
        answers = into;
        count = 0;
        metrics.waited(0, 0);
    }

    void add(int slot, int row) {
        if (count == slots.length) {
            slots = Arrays.copyOf(slots, 2 * count);
            rows = Arrays.copyOf(rows, 2 * count);
            from = Arrays.copyOf(from, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        slots[count] = slot;
        rows[count] = row;
        count++;
    }

    /** Takes all of them one step further; where a part fails, its sessions stay as they are. */
    void run() {
        metrics.begin();
        boolean shared = runs.length > 1 && count >= LEAST_SHARED;
        int most = shared ? Integer.highestOneBit(Math.ceilDiv(count, runs.length)) : SessionRun.MOST_ROWS;
        int parts = 0;
        for (int next = 0; next < count; parts++) {
            int size = SessionRun.size(Math.min(most, count - next));
            from[parts] = next;
            sizes[parts] = size;
            next = Math.min(count, next + size);
            for (int thread = 0; thread < (shared ? runs.length : 1); thread++) {
                runs[thread].run(size); // makes it: whichever thread takes the part
            }
        }
        for (firstPart = 0; firstPart < parts; firstPart += TOGETHER) {
            workers.run(job, Math.min(TOGETHER, parts - firstPart), shared);
        }
        metrics.end(this);
        inputs = NOTHING;
    }

    private void run(int which, int thread) {
        int part = firstPart + which;
        int some = Math.min(sizes[part], count - from[part]);
        runs[thread].run(this, from[part], some, sizes[part], initial);
    }

    void close() {
        workers.close();
        for (SessionRun run : runs) {
            run.close();
        }
    }
}
