package dev.spikelane.train.run;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Signal;

/**
 * Refuses inputs of another number of steps than a network is run for: samples would be taken for each other's steps.
 */
public final class CodedSteps {

    private CodedSteps() {}

    /** Before anything is run; {@code user} names the object that was made for so many steps. */
    public static void require(InputEncoding code, int steps, String user) {
        if (code.steps() != 0) {
            require(code, code.steps(), steps, user);
        }
    }

    /**
     * As {@link #require(InputEncoding, int, String)}, and for codes that do not say their steps by the rows that one
     * sample becomes.
     */
    public static void require(InputEncoding code, Signal sample, int steps, String user) {
        require(code, steps, user);
        if (sample.rows() != 1) {
            require(code, sample.rows(), steps, user);
        }
    }

    private static void require(InputEncoding code, int made, int steps, String user) {
        if (made != steps) {
            throw new IllegalArgumentException("the code (" + code + ") makes " + made + " steps, expected " + steps
                    + ", for which the " + user + " was made");
        }
    }

    /** Whether an input is one frame for all steps, and not a row for each step of each sample. */
    public static boolean isFrame(Signal input, int samples, int steps) {
        if (input.rows() == (long) steps * samples) {
            return false;
        }
        if (input.rows() != samples) {
            throw new IllegalArgumentException("input has " + input.rows() + " rows for " + samples
                    + " samples, expected " + (long) steps * samples + ", " + steps
                    + " steps of each, or one frame of each");
        }
        return true;
    }
}
