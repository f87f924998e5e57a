/** An image on a canvas, a pixel for each of its own; several are played. */
function showImage(figure, element) {
    const canvas = document.createElement('canvas');
    canvas.width = figure.columns;
    canvas.height = figure.rows;
    canvas.className = 'pixels';
    canvas.style.aspectRatio = figure.columns + ' / ' + figure.rows;
    const width = figure.height ? Math.round(figure.height * figure.columns / figure.rows) : 420;
    element.closest('figure').style.maxWidth = 'calc(' + width + 'px + 2.5rem)';
    element.append(canvas);
    const size = figure.columns * figure.rows;
    const show = (step) => paintPixels(canvas, figure.pixels, step * size);
    show(0);
    if (figure.steps > 1) {
        stepControls(element, 0, figure.steps - 1, 0, show);
    }
}

/** Grey values from some place on; 0 is black. */
function paintPixels(canvas, pixels, first) {
    const context = canvas.getContext('2d');
    const image = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < canvas.width * canvas.height; i++) {
        image.data.fill(pixels[first + i], 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
}

/** Play, pause and a slider over the steps; long trains advance by several steps, so that none takes more than some ten seconds. */
function stepControls(element, first, last, start, show, pace = 40) {
    const stride = Math.max(1, Math.ceil((last - first) / 250));
    const controls = document.createElement('div');
    const button = document.createElement('button');
    const slider = document.createElement('input');
    const output = document.createElement('output');
    let timer = 0;
    let now = start;
    const moveTo = (step) => {
        now = clamp(step, first, last);
        slider.value = now;
        output.textContent = 'step ' + now + ' of ' + last;
        show(now);
    };
    const pause = () => {
        clearInterval(timer);
        timer = 0;
        button.textContent = 'Play';
    };
    const play = () => {
        if (now >= last) {
            moveTo(first);
        }
        button.textContent = 'Pause';
        timer = setInterval(() => {
            moveTo(now + stride);
            if (now >= last) {
                pause();
            }
        }, pace);
    };
    controls.className = 'controls';
    button.type = 'button';
    button.textContent = 'Play';
    button.onclick = () => (timer ? pause() : play());
    slider.type = 'range';
    slider.min = first;
    slider.max = last;
    slider.setAttribute('aria-label', 'step');
    slider.oninput = () => {
        pause();
        moveTo(Number(slider.value));
    };
    controls.append(button, slider, output);
    element.before(controls);
    slider.value = now;
    output.textContent = 'step ' + now + ' of ' + last;
    return play;
}
