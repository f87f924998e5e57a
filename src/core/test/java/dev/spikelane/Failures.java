package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/** What calls throw. */
public final class Failures {

    private Failures() {}

    /** Fails unless the call throws this with exactly this message. */
    public static void assertMessage(Class<? extends Throwable> type, String message, Executable call) {
        assertEquals(message, assertThrows(type, call).getMessage());
    }

    /** Fails unless the call throws an IllegalArgumentException with exactly this message. */
    public static void assertInvalid(String message, Executable call) {
        assertMessage(IllegalArgumentException.class, message, call);
    }

    /** Fails unless the call throws an IllegalStateException with exactly this message. */
    public static void assertIllegalState(String message, Executable call) {
        assertMessage(IllegalStateException.class, message, call);
    }

    /** Runs a call on another thread and returns what it threw, or null. */
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
