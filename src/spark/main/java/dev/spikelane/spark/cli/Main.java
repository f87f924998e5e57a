package dev.spikelane.spark.cli;

import dev.spikelane.spark.SpikelaneModel;

/**
 * The command line {@code ./spikelane spark}, and the main class of applications of {@code spark-submit}:
 * {@code run} classifies the rows of a file, and {@code train} trains a network on them.
 */
public final class Main {

    private Main() {}

    /**
     * Runs a command. The JVM ends with 1 if it fails, and 2 if its options are wrong.
     *
     * @param arguments {@code run} or {@code train} and its options; {@code --help} lists them
     */
    public static void main(String[] arguments) {
        try {
            new SpikelaneModel(); // which says so where Java is too old
        } catch (IllegalStateException old) {
            System.err.println("spikelane spark: " + old.getMessage());
            System.exit(1);
        }
        int status = SparkCommand.run(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }
}
