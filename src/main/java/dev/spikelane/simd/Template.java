package dev.spikelane.simd;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Classes whose options are constants: a hidden class of the same bytes is defined for each set of options, which it
 * finds as its class data. C2 compiles only what the options ask for, with profiles of its own, as if the class had
 * been written for them.
 *
 * <p>Where classes cannot be defined at run time, as in native images, a plain object that gives the same bits serves
 * instead, only slower.
 */
public final class Template {

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private Template() {}

    private interface ClassBytes {
        byte[] read() throws IOException;
    }

    /**
     * Makes an object of a copy of a class.
     *
     * @param own the lookup of the caller, in the package of the template: a hidden class cannot be defined in another
     * @param type what it implements
     * @param template the class, with a constructor without parameters
     * @param data the options
     * @param plain makes what serves where no class can be defined
     */
    public static <T> T copy(
            MethodHandles.Lookup own,
            Class<T> type,
            Class<? extends T> template,
            Object data,
            Supplier<? extends T> plain) {
        return make(own, type, () -> bytes(template), data, plain);
    }

    /**
     * Makes an object of a class that was written for it.
     *
     * @param own the lookup of the caller, in the package that the class names as its own
     * @param type what it implements
     * @param written the bytes of the class, with a constructor without parameters
     * @param plain makes what serves where no class can be defined
     */
    public static <T> T written(MethodHandles.Lookup own, Class<T> type, byte[] written, Supplier<? extends T> plain) {
        return make(own, type, () -> written, type, plain);
    }

    private static <T> T make(
            MethodHandles.Lookup own, Class<T> type, ClassBytes bytes, Object data, Supplier<? extends T> plain) {
        MethodHandles.Lookup copy = define(own, bytes, data);
        if (copy == null) {
            return plain.get();
        }
        try {
            return type.cast(copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class))
                    .invoke());
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("cannot make an object of " + copy.lookupClass(), impossible);
        }
    }

    /**
     * The options of the copy that calls.
     *
     * @throws IllegalStateException if the class that calls is the template itself
     */
    public static <T> T data(MethodHandles.Lookup copy, Class<T> type) {
        T data = dataOfCopy(copy, type);
        if (data == null) {
            throw new IllegalStateException(copy.lookupClass().getName()
                    + " is a template and has no options, expected a copy of it that Template.copy makes");
        }
        return data;
    }

    /** The options of the copy that calls, or null if the class that calls is the template itself. */
    public static <T> @Nullable T dataOfCopy(MethodHandles.Lookup copy, Class<T> type) {
        try {
            return MethodHandles.classData(copy, ConstantDescs.DEFAULT_NAME, type);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Defines a copy, or says once why that cannot be. What native images throw is an error of their own. */
    private static MethodHandles.@Nullable Lookup define(MethodHandles.Lookup own, ClassBytes bytes, Object data) {
        try {
            return own.defineHiddenClassWithClassData(bytes.read(), data, false);
        } catch (VirtualMachineError failure) {
            throw failure;
        } catch (IllegalAccessException | IOException | RuntimeException | Error failure) {
            if (!WARNED.getAndSet(true)) {
                System.getLogger("dev.spikelane")
                        .log(
                                System.Logger.Level.WARNING,
                                "Spikelane: slower plain loops serve, because classes cannot be defined at run time",
                                failure);
            }
            return null;
        }
    }

    private static byte[] bytes(Class<?> template) throws IOException {
        String name = template.getName();
        String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
        try (InputStream stream = template.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IOException(file + " is missing");
            }
            return stream.readAllBytes();
        }
    }
}
