package dev.spikelane.session;

import dev.spikelane.engine.session.SessionTable;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.Signal;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Sessions that advance together, cut into parts that threads share. */
final class SessionBatch {

    /** Least sessions for several threads: to wake a thread takes as long as to step about 32 sessions. */
    private static final int LEAST_SHARED = 32;

    /**
     * Parts between two barriers, about 1,000 sessions. Frequent barriers help if two threads share a core: the system
     * moves only a thread that wakes up to an idle core at once.
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
    /** First of the parts between two barriers. */
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

    /** Empties the batch. */
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

    /** Advances all sessions by one step; if a part fails, its sessions do not change. */
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
                runs[thread].run(size); // creates the run before any thread takes the part
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
