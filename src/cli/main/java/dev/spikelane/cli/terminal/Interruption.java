package dev.spikelane.cli.terminal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Runs an action at the first Ctrl-C; a second one ends the JVM. If the JDK has no module for signals, Ctrl-C ends the
 * JVM at once.
 */
public record Interruption(Runnable action) {

    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";
    private static final String INTERRUPT = "INT";
    /** The signal from the first JVM to the second one. */
    private static final String TERMINATE = "TERM";

    /** Handles signals until {@link #end}. The action should only set a flag. */
    public static Interruption call(Runnable action) {
        Interruption interruption = new Interruption(action);
        interruption.handle(INTERRUPT);
        interruption.handle(TERMINATE);
        return interruption;
    }

    @SuppressWarnings("ReferenceEquality") // as Object.equals does
    private void handle(String signal) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                if (signal.equals(INTERRUPT)) {
                    restore(signal);
                }
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of " + signal;
        };
        try {
            Class<?> type = Class.forName(HANDLER);
            set(signal, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        } catch (ReflectiveOperationException | IllegalArgumentException absent) {
            // Ctrl-C ends the JVM, and the last checkpoint stays.
        }
    }

    private static void restore(String signal) {
        try {
            set(signal, Class.forName(HANDLER).getField("SIG_DFL").get(null));
        } catch (ReflectiveOperationException | IllegalArgumentException absent) {
            // nothing to restore
        }
    }

    private static void set(String signal, Object handler) throws ReflectiveOperationException {
        Class<?> type = Class.forName(SIGNAL);
        Method handle = type.getMethod("handle", type, Class.forName(HANDLER));
        handle.invoke(null, type.getConstructor(String.class).newInstance(signal), handler);
    }

    public void end() {
        restore(INTERRUPT);
        restore(TERMINATE);
    }
}
