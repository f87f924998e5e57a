package dev.spikelane.spark;

/** Checks the version of the JVM before other classes of the library are loaded. */
final class RequiredJava {

    /** Older builds of Java 25 can corrupt data with G1 (JDK-8377811), and Spark 4.2 requires this version. */
    private static final Runtime.Version OLDEST = Runtime.Version.parse("25.0.3");

    private RequiredJava() {}

    /**
     * @param who the process, for the message, such as {@code driver}
     * @throws IllegalStateException if this JVM is older than 25.0.3
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
