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

    /** Made once and kept: there are as many as sets of options that somebody uses. */
    private static final Map<LeakyOptions, LeakyLoops> SCALAR = new ConcurrentHashMap<>();

    private static final Map<LeakyOptions, LeakyLoops> VECTOR = new ConcurrentHashMap<>();

    static LeakyLoops scalar(LeakyOptions options) {
        return SCALAR.computeIfAbsent(options, wanted -> define("LeakyLoopScalar.class", wanted));
    }

    static LeakyLoops vector(LeakyOptions options) {
        return VECTOR.computeIfAbsent(options, wanted -> define("LeakyLoopVector.class", wanted));
    }

    /** Defines hidden copies of a class, whose file lies beside this one; they find their options as class data. */
    private static LeakyLoops define(String file, LeakyOptions options) {
        try (InputStream stream = LeakyLoops.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new AssertionError(file + " is missing beside " + LeakyLoops.class);
            }
            byte[] template = stream.readAllBytes();
            return new LeakyLoops(
                    define(template, options),
                    define(template, options.in(Phase.CHARGE)),
                    define(template, options.in(Phase.FIRE)));
        } catch (IOException failure) {
            throw new UncheckedIOException(file + " cannot be read", failure);
        }
    }

    private static LeakyLoop define(byte[] template, LeakyOptions options) {
        try {
            MethodHandles.Lookup copy = MethodHandles.lookup().defineHiddenClassWithClassData(template, options, true);
            return (LeakyLoop) copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class))
                    .invoke();
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("cannot define a loop for " + options, impossible);
        }
    }
}
