package dev.spikelane.blas.call;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a loaded OpenBLAS. A record, because the JIT takes the fields of a constant record, here the method
 * handles, as constants too.
 *
 * @param sgemm {@code cblas_sgemm}
 * @param sgemv {@code cblas_sgemv}
 * @param ompThreads {@code omp_set_num_threads} for a build with OpenMP, which counts threads by calling thread: told
 *     before each call
 * @param threads threads inside
 * @param turn held during a call if the build may only be called by one thread at a time
 * @param facts version, core and threads in one line
 */
public record OpenBlasLibrary(
        MethodHandle sgemm,
        MethodHandle sgemv,
        @Nullable MethodHandle ompThreads,
        int threads,
        @Nullable Lock turn,
        String facts) {

    /** The function by whose address the library's file is found. */
    static final String SGEMM = "cblas_sgemm";

    /** In the OpenMP library that OpenBLAS needs, where a look-up in OpenBLAS finds it. */
    private static final String OMP_THREADS = "omp_set_num_threads";

    /** {@code openblas_get_parallel} of a build without threads; 1 is one with its own, 2 with OpenMP's. */
    private static final int SEQUENTIAL = 0;

    private static final int OPENMP = 2;

    /** More than any text that OpenBLAS returns. */
    private static final long TEXT_BYTES = 1_024;

    private static final FunctionDescriptor GET_INT = FunctionDescriptor.of(JAVA_INT);
    private static final FunctionDescriptor GET_TEXT = FunctionDescriptor.of(ADDRESS);
    private static final FunctionDescriptor SET_INT = FunctionDescriptor.ofVoid(JAVA_INT);
    private static final FunctionDescriptor SGEMM_TYPE = ofVoid("iiiiiifpipifpi");
    private static final FunctionDescriptor SGEMV_TYPE = ofVoid("iiiifpipifpi");

    /** Why a library cannot serve. */
    @SuppressWarnings("serial") // never serialized
    static final class Unusable extends Exception {
        Unusable(String reason) {
            super(reason);
        }
    }

    /** Binds a library and tells it how many threads to use. */
    static OpenBlasLibrary bind(SymbolLookup symbols, int threads) throws Unusable {
        MethodHandle sgemm = function(symbols, SGEMM, SGEMM_TYPE);
        MethodHandle sgemv = function(symbols, "cblas_sgemv", SGEMV_TYPE);
        MethodHandle config = function(symbols, "openblas_get_config", GET_TEXT);
        MethodHandle core = function(symbols, "openblas_get_corename", GET_TEXT);
        MethodHandle parallel = function(symbols, "openblas_get_parallel", GET_INT);
        MethodHandle getThreads = function(symbols, "openblas_get_num_threads", GET_INT);
        MethodHandle setThreads = function(symbols, "openblas_set_num_threads", SET_INT);
        try {
            String build = text((MemorySegment) config.invokeExact());
            if (build.contains("USE64BITINT")) {
                throw new Unusable("is built for 64-bit sizes (" + build + "), expected a build for 32-bit sizes");
            }
            setThreads.invokeExact(threads);
            int model = (int) parallel.invokeExact();
            String facts = version(build) + ", core " + text((MemorySegment) core.invokeExact()) + ", "
                    + threadsOf(model, (int) getThreads.invokeExact());
            return new OpenBlasLibrary(
                    sgemm,
                    sgemv,
                    model == OPENMP ? function(symbols, OMP_THREADS, SET_INT) : null,
                    threads,
                    model == SEQUENTIAL ? new ReentrantLock() : null,
                    facts);
        } catch (Unusable unusable) {
            throw unusable;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** The type of a function that returns nothing: an i, f or p for each int, float or pointer that it takes. */
    private static FunctionDescriptor ofVoid(String parameters) {
        return FunctionDescriptor.ofVoid(parameters
                .chars()
                .mapToObj(each -> each == 'i' ? JAVA_INT : each == 'f' ? JAVA_FLOAT : ADDRESS)
                .toArray(MemoryLayout[]::new));
    }

    @SuppressWarnings("restricted") // the search has asked; the types are those of OpenBLAS's header
    private static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor type) throws Unusable {
        MemorySegment address = symbols.find(name)
                .orElseThrow(() -> new Unusable("cannot be used as OpenBLAS: it has no function " + name));
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    @SuppressWarnings("restricted") // OpenBLAS returns the address of a static string that ends in a zero
    private static String text(MemorySegment address) {
        return address.reinterpret(TEXT_BYTES).getString(0).strip();
    }

    /** The number in such as {@code OpenBLAS 0.3.29 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=128}. */
    private static String version(String build) {
        String[] words = build.split("\\s+", 3);
        return words.length > 1 && words[0].toLowerCase(Locale.ROOT).equals("openblas") ? words[1] : build;
    }

    private static String threadsOf(int model, int threads) {
        return switch (model) {
            case SEQUENTIAL -> "built without threads (one call at a time)";
            case OPENMP -> threads + " of OpenMP's threads inside";
            default -> threads + (threads == 1 ? " thread inside" : " threads inside");
        };
    }

    /** The exception of a method handle, to be thrown on: FFM itself throws if an arena is closed meanwhile. */
    static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }
}
