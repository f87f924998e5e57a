package dev.spikelane.network;

/** Where the steps of a run stand in a recording. */
final class Recordings {

    private Recordings() {}

    static int rows(int steps, int batch) {
        long rows = (long) steps * batch;
        if (steps < 1 || batch < 1 || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("recording of " + steps + " steps of batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        return (int) rows;
    }

    static void requireSame(int madeForBatch, int madeForNeurons, int batch, int neurons) {
        if (madeForBatch != batch || madeForNeurons != neurons) {
            throw new IllegalArgumentException("recorder is for batch " + madeForBatch + " of " + madeForNeurons
                    + " neurons, expected batch " + batch + " of " + neurons);
        }
    }

    static int firstRow(int rows, int batch, long firstStep, int steps) {
        if (firstStep + steps > rows / batch) {
            throw new IllegalStateException(
                    "recorder has room for " + rows / batch + " steps, the run goes on to step " + (firstStep + steps)
                            + ", counted from the last reset, also where a state was restored; make a longer recorder, or reset where a new sequence begins");
        }
        return (int) firstStep * batch;
    }
}
