package dev.spikelane.spark;

/**
 * The command line {@code ./spikelane spark}, and the main class of applications of {@code spark-submit}:
 * {@code run} classifies the rows of a file.
 */
public final class Main {

    private static final int WRONG = 2;

    private Main() {}

    /**
     * Runs a command. The JVM ends with 1 if it fails, and 2 if its options are wrong.
     *
     * @param arguments {@code run} and its options; {@code --help} lists them
     */
    public static void main(String[] arguments) {
        try {
            RequiredJava.check("driver");
            SparkCommand.of(arguments).call(System.out);
        } catch (CommandOptions.Wrong wrong) {
            System.err.println("spikelane spark: " + wrong.getMessage());
            System.exit(WRONG);
        } catch (Exception failed) {
            // What Spark says about a task begins with what the task said.
            System.err.println("spikelane spark: "
                    + String.valueOf(failed.getMessage()).lines().findFirst().orElse(failed.toString()));
            System.exit(1);
        }
    }
}
