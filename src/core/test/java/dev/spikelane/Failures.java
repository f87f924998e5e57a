package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/** Assertions about exceptions. */
public final class Failures {

    private Failures() {}

    public static void assertMessage(Class<? extends Throwable> type, String message, Executable call) {
        assertEquals(message, assertThrows(type, call).getMessage());
    }

    public static void assertPart(Class<? extends Throwable> type, String part, Executable call) {
        String message = String.valueOf(assertThrows(type, call).getMessage());
        assertTrue(message.contains(part), message);
    }

    public static void assertPart(String part, Executable call) {
        assertPart(IllegalArgumentException.class, part, call);
    }

    public static void assertStart(Class<? extends Throwable> type, String start, Executable call) {
        String message = String.valueOf(assertThrows(type, call).getMessage());
        assertTrue(message.startsWith(start), message);
    }

    public static void assertStart(String start, Executable call) {
        assertStart(IllegalArgumentException.class, start, call);
    }

    public static void assertInvalid(String message, Executable call) {
        assertMessage(IllegalArgumentException.class, message, call);
    }

    public static void assertIllegalState(String message, Executable call) {
        assertMessage(IllegalStateException.class, message, call);
    }

    /** Runs a call on another thread and returns its exception, or null. */
    public static @Nullable Throwable onOtherThread(String name, Executable call) {
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        call.execute();
                    } catch (Throwable failure) {
                        thrown[0] = failure;
                    }
                },
                name);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return thrown[0];
    }
}
