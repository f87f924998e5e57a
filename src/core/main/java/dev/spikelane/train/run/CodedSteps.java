package dev.spikelane.train.run;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Signal;

/**
 * Refuses inputs whose number of steps differs from the network's run: a sample's steps would be read as other samples.
 */
public final class CodedSteps {

    private CodedSteps() {}

    /**
     * Checks the steps of an encoding before any run; {@code user} names the object that was created for {@code steps}.
     */
    public static void require(InputEncoding code, int steps, String user) {
        if (code.steps() != 0) {
            require(code, code.steps(), steps, user);
        }
    }

    /**
     * Checks the steps as {@link #require(InputEncoding, int, String)}; if the encoding does not declare them, counts
     * the rows of a sample.
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

    /** Returns true if an input is one frame for all steps, false if it has a row for each step of each sample. */
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
