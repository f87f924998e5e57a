package dev.spikelane.kernel;

import dev.spikelane.kernel.LeakyOptions.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops for one set of options.
 *
 * @param whole all of a step
 * @param charge its first part
 * @param fire its second part
 */
record LeakyLoops(LeakyLoop whole, LeakyLoop charge, LeakyLoop fire) {

    private static final Map<LeakyOptions, LeakyLoop> VECTOR = new ConcurrentHashMap<>();

    static LeakyLoops scalar(LeakyOptions options) {
        return new LeakyLoops(
                new LeakyLoopScalar(options),
                new LeakyLoopScalar(options.in(Phase.CHARGE)),
                new LeakyLoopScalar(options.in(Phase.FIRE)));
    }

    /** Vector loops: a hidden copy of the class {@link LeakyLoopVector} for each set of options that somebody uses. */
    static LeakyLoops vector(LeakyOptions options) {
        return new LeakyLoops(
                vectorLoop(options), vectorLoop(options.in(Phase.CHARGE)), vectorLoop(options.in(Phase.FIRE)));
    }

    private static LeakyLoop vectorLoop(LeakyOptions options) {
        return VECTOR.computeIfAbsent(options, LeakyLoops::define);
    }

    private static LeakyLoop define(LeakyOptions options) {
        try {
            MethodHandles.Lookup copy =
                    MethodHandles.lookup().defineHiddenClassWithClassData(Template.BYTES, options, true);
            return (LeakyLoop) copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class))
                    .invoke();
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("cannot define a loop for " + options, impossible);
        }
    }

    /** The bytes of the class file, which lies beside this one. */
    private static final class Template {

        static final byte[] BYTES = read();

        private static byte[] read() {
            String file = "LeakyLoopVector.class";
            try (InputStream stream = LeakyLoops.class.getResourceAsStream(file)) {
                if (stream == null) {
                    throw new AssertionError(file + " is missing beside " + LeakyLoops.class);
                }
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(file + " cannot be read", failure);
            }
        }
    }
}
