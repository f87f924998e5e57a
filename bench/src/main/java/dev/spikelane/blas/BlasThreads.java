package dev.spikelane.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sets the number of threads of the OpenBLAS that the library has loaded; the library itself sets it once. It must be
 * set before each pass, because other code in the process may use the same OpenBLAS. Loaded only if there is one.
 */
public final class BlasThreads {

    private static final MethodHandle SET = find();

    private BlasThreads() {}

    /** Sets the number of threads for the following calls. */
    public static void set(int threads) {
        try {
            SET.invokeExact(threads);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @SuppressWarnings("restricted") // this class exists to call C
    private static MethodHandle find() {
        String description = OpenBlas.describe();
        String file = description.substring(description.lastIndexOf(", ") + 2);
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow("openblas_set_num_threads"),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    }
}
