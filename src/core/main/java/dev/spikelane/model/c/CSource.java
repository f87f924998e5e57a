package dev.spikelane.model.c;

/** The current row of an input, of spikes or of a variable, and earlier rows for delays. */
final class CSource {

    private final CFile file;
    private final String wanted;
    private final int size;
    private final CRow now;
    private int longest;
    private String past = "";
    private String at = "";

    CSource(CFile file, String wanted, int size, CRow now) {
        this.file = file;
        this.wanted = wanted;
        this.size = size;
        this.now = now;
    }

    /** Requests the row {@code delay} steps ago. */
    void reach(int delay) {
        longest = Math.max(longest, delay);
    }

    void declare() {
        if (longest > 0) {
            past = file.name(wanted + "_past");
            at = file.name(wanted + "_at");
            String type = now.spikes() ? "uint8_t" : "float";
            file.memory(type, now.spikes() ? 1 : Float.BYTES, past, (long) longest * size, true);
            file.counter(at);
        }
    }

    /** Returns the row {@code delay} steps ago; zeros before the first step. */
    CRow before(int delay) {
        return delay == 0
                ? now
                : new CRow(
                        CText.of("%s + (%s + %d) %% %d * %d", past, at, longest - delay, longest, size), now.spikes());
    }

    /** Stores the current row at the end of a step. */
    void keep() {
        if (longest > 0) {
            String bytes = size + " * sizeof *" + past;
            file.comment("what is needed later");
            file.statement("memcpy(%s + %s * %d, %s, %s)", past, at, size, now.c(), bytes);
            file.statement("%1$s = (%1$s + 1) %% %2$d", at, longest);
        }
    }
}
