package dev.spikelane.spark;

/** Refuses JVMs on which Spark or Spikelane do not run, before anything else of the library is loaded. */
final class RequiredJava {

    /** Older builds of 25 can corrupt data under G1 (JDK-8377811), and Spark 4.2 asks for no older one. */
    private static final Runtime.Version OLDEST = Runtime.Version.parse("25.0.3");

    private RequiredJava() {}

    /**
     * Throws if this JVM is too old.
     *
     * @param who has it, such as {@code driver}
     * @throws IllegalStateException if it is older than 25.0.3
     */
    static void check(String who) {
        check(who, Runtime.version());
    }

    static void check(String who, Runtime.Version found) {
        if (found.compareToIgnoreOptional(OLDEST) < 0) {
            throw new IllegalStateException("the " + who + " runs on Java " + found + " ("
                    + System.getProperty("java.home") + "), expected JDK 25.0.3 or later; JAVA_HOME chooses it for"
                    + " drivers, spark.executorEnv.JAVA_HOME for executors");
        }
    }
}
