/* Photos by drop, paste or choice: a signed address for each, the bytes by PUT with a bar, a confirm;
   then one job with the photos in the order shown. What fails can be tried again by itself. */
(function () {
  "use strict";
  var rt = window.rt;
  var MOST_TRIES = 40; // about a quarter of an hour without a line; then a person presses
  var AT_ONCE = 3; // uploads side by side; more only share the line

  // A fault of the line, not of the photo: it goes on by itself when the line is back.
  function lost(text) {
    var fault = new Error(text);
    fault.lost = true;
    return fault;
  }
  // Files of a dropped folder, its folders too, in the order of their names.
  function filesOf(transfer) {
    var entries = Array.from(transfer.items || []).map(function (one) { return one.webkitGetAsEntry && one.webkitGetAsEntry(); }).filter(Boolean);
    if (!entries.some(function (one) { return one.isDirectory; })) return Promise.resolve(Array.from(transfer.files));
    function walk(entry) {
      if (entry.isFile) return new Promise(function (resolve) { entry.file(function (file) { file.folderPath = entry.fullPath.replace(/^\//, ""); resolve([file]); }, function () { resolve([]); }); });
      var reader = entry.createReader();
      function rest(found) {
        return new Promise(function (resolve) { reader.readEntries(resolve, function () { resolve([]); }); }).then(function (more) {
          return more.length ? rest(found.concat(Array.from(more))) : found;
        });
      }
      return rest([]).then(function (inside) {
        inside.sort(function (a, b) { return a.name.localeCompare(b.name, undefined, { numeric: true }); });
        return Promise.all(inside.map(walk)).then(flat);
      });
    }
    return Promise.all(entries.map(walk)).then(flat).then(photosOnly);
  }
  function flat(lists) { return lists.reduce(function (all, one) { return all.concat(one); }, []); }
  function photosOnly(files) {
    return Array.from(files).filter(function (file) { return /^image\//.test(file.type) || /\.hei[cf]$/i.test(file.name); });
  }

  // The EXIF block of a JPEG with its orientation set to upright; null where there is none.
  function exifOf(bytes) {
    var view = new DataView(bytes), at = 2;
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
    while (at + 10 < view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda) {
      var size = view.getUint16(at + 2) + 2;
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966 && at + size <= view.byteLength) {
        var block = bytes.slice(at, at + size);
        upright(new DataView(block, 10));
        return block;
      }
      at += size;
    }
    return null;
  }
  function upright(tiff) {
    try {
      var little = tiff.getUint16(0) === 0x4949, ifd = tiff.getUint32(4, little), count = tiff.getUint16(ifd, little);
      for (var i = 0; i < count; i += 1) {
        var entry = ifd + 2 + i * 12;
        if (tiff.getUint16(entry, little) === 0x0112) tiff.setUint16(entry + 8, 1, little);
      }
    } catch (e) { /* a broken block says nothing */ }
  }
  // A photo that is larger than wanted, made smaller here; what cannot be is sent as it is. When it
  // was taken stays in it: photos are sorted into parts by that.
  function reduced(file, pixels) {
    if (!pixels || !/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (bitmap) {
      var share = pixels / Math.max(bitmap.width, bitmap.height);
      if (share >= 1) { bitmap.close(); return file; }
      var canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * share));
      canvas.height = Math.max(1, Math.round(bitmap.height * share));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      return Promise.all([
        new Promise(function (resolve) { canvas.toBlob(resolve, "image/jpeg", 0.92); }),
        file.type === "image/jpeg" ? file.slice(0, 262144).arrayBuffer() : null,
      ]).then(function (both) {
        if (!both[0] || both[0].size >= file.size) return file;
        var exif = both[1] && exifOf(both[1]);
        var parts = exif ? [both[0].slice(0, 2), exif, both[0].slice(2)] : [both[0]];
        var name = file.name.replace(/\.\w+$/, "") + ".jpg";
        return new File(parts, name, { type: "image/jpeg", lastModified: file.lastModified });
      });
    }).catch(function () { return file; });
  }

  function ask(url, body) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": rt.csrf() },
      body: JSON.stringify(body),
    }).catch(function () { throw lost("The connection broke."); }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (data) {
        if (answer.ok) return data;
        var first = data.errors && data.errors[0];
        var fault = new Error((first && first.detail) || "Refused with status " + answer.status + ".");
        fault.status = answer.status;
        fault.wait = Number(answer.headers.get("Retry-After")) || 0;
        throw fault;
      });
    });
  }
  function put(signed, file, onProgress) {
    return new Promise(function (resolve, reject) {
      var xhr = new XMLHttpRequest();
      xhr.open(signed.method || "PUT", signed.uploadUrl);
      Object.keys(signed.headers || {}).forEach(function (name) {
        if (!/^(content-length|host)$/i.test(name)) xhr.setRequestHeader(name, signed.headers[name]);
      });
      xhr.upload.addEventListener("progress", function (event) { if (event.lengthComputable) onProgress(event.loaded / event.total); });
      xhr.addEventListener("load", function () {
        if (xhr.status >= 200 && xhr.status < 300) { resolve(); return; }
        var text = "The storage refused it with status " + xhr.status + ".";
        try { text = JSON.parse(xhr.responseText).errors[0].detail || text; } catch (e) { /* not JSON */ }
        reject(new Error(text));
      });
      xhr.addEventListener("error", function () { reject(lost("The connection broke.")); });
      xhr.addEventListener("timeout", function () { reject(lost("It took too long.")); });
      xhr.send(file);
    });
  }
  function pause(seconds) { return new Promise(function (resolve) { window.setTimeout(resolve, seconds * 1000); }); }

  function Uploader(root) {
    this.root = root;
    this.list = root.querySelector("[data-upload-list]");
    this.input = root.querySelector("[data-upload-input]");
    this.start = root.querySelector("[data-upload-start]");
    this.items = [];
    this.running = 0;
    this.sent = false;
    root.uploader = this;
    this.bind();
  }
  Uploader.prototype.bind = function () {
    var self = this, root = this.root, depth = 0;
    root.addEventListener("click", function (event) {
      if (event.target.closest("[data-upload-choose]")) self.input.click();
      if (event.target.closest("[data-upload-folder]")) root.querySelector("[data-upload-folder-input]").click();
      if (event.target.closest("[data-upload-camera]")) root.querySelector("[data-upload-camera-input]").click();
      if (event.target.closest("[data-upload-start]")) self.job();
    });
    this.input.addEventListener("change", function () { self.add(self.input.files); self.input.value = ""; });
    rt.all("[data-upload-folder-input], [data-upload-camera-input]", root).forEach(function (input) {
      input.addEventListener("change", function () { self.add(photosOnly(input.files)); input.value = ""; });
    });
    window.addEventListener("online", function () { self.back(); });
    root.addEventListener("dragenter", function (event) { event.preventDefault(); depth += 1; root.classList.add("over"); });
    root.addEventListener("dragleave", function () { depth = Math.max(0, depth - 1); if (!depth) root.classList.remove("over"); });
    root.addEventListener("dragover", function (event) { event.preventDefault(); });
    root.addEventListener("drop", function (event) {
      event.preventDefault();
      depth = 0;
      root.classList.remove("over");
      filesOf(event.dataTransfer).then(function (files) { self.add(files); });
    });
  };
  Uploader.prototype.add = function (files) {
    var self = this;
    Array.from(files || []).forEach(function (file) { self.items.push(self.item(file)); });
    this.list.hidden = !this.items.length;
    this.pump();
  };
  Uploader.prototype.item = function (file) {
    var self = this;
    var item = { file: file, state: "waiting", assetId: null };
    var name = file.name || "pasted.png";
    item.bar = rt.el("progress", { max: 100, value: 0, "aria-label": "Upload of " + name });
    item.text = rt.el("span", {}, ["waiting"]);
    item.again = rt.el("button", { class: "btn btn-s", type: "button", hidden: true }, ["Try again"]);
    item.again.addEventListener("click", function () { item.state = "waiting"; self.show(item); self.pump(); });
    item.drop = rt.el("button", { class: "btn btn-s btn-q btn-i", type: "button", "aria-label": "Leave out " + name });
    item.drop.append(rt.icon("x"));
    item.drop.addEventListener("click", function () { self.remove(item); });
    item.image = rt.el("img", { alt: name });
    if (/^image\//.test(file.type) && window.URL) {
      item.url = URL.createObjectURL(file);
      item.image.src = item.url;
    }
    item.node = rt.el("li", {}, [
      item.image,
      rt.el("div", { class: "cap" }, [
        rt.el("span", { class: "cut", title: name }, [name]), item.text, item.bar,
        rt.el("div", { class: "acts" }, [item.again, item.drop]),
      ]),
    ]);
    this.list.append(item.node);
    return item;
  };
  Uploader.prototype.remove = function (item) {
    this.items = this.items.filter(function (one) { return one !== item; });
    if (item.url) URL.revokeObjectURL(item.url);
    item.node.remove();
    this.list.hidden = !this.items.length;
    this.settle();
    var choose = this.root.querySelector("[data-upload-choose]");
    if (choose) choose.focus();
  };
  Uploader.prototype.show = function (item) {
    var words = { waiting: "waiting", sending: "uploading", checking: "being checked", done: "uploaded", failed: item.fault, lost: "waiting for the network" };
    item.text.textContent = words[item.state];
    item.text.className = item.state === "failed" ? "bad-t" : "";
    item.node.classList.toggle("bad", item.state === "failed");
    item.again.hidden = item.state !== "failed";
    item.bar.hidden = item.state === "failed" || item.state === "lost" || item.state === "done";
  };
  Uploader.prototype.pump = function () {
    var self = this;
    while (this.running < AT_ONCE) {
      var item = this.items.filter(function (one) { return one.state === "waiting"; })[0];
      if (!item) break;
      this.running += 1;
      this.send(item).then(function () { self.running -= 1; self.pump(); });
    }
    this.settle();
  };
  Uploader.prototype.send = function (item) {
    var self = this, root = this.root;
    item.state = "sending";
    this.show(item);
    var body = {};
    if (root.dataset.listingId) body.listingId = root.dataset.listingId;
    var signed, sent;
    var original = root.querySelector("[data-upload-original]");
    function sign(left) {
      return ask(root.dataset.uploadUrl, body).catch(function (fault) {
        // Many photos at once meet the limit of requests: wait as long as the answer says.
        if (fault.status === 429 && left > 0) return pause(fault.wait || 2).then(function () { return sign(left - 1); });
        throw fault;
      });
    }
    return reduced(item.file, original && original.checked ? 0 : Number(root.dataset.pixels)).then(function (file) {
      sent = file;
      var folder = root.hasAttribute("data-keep-folders") ? (item.file.webkitRelativePath || item.file.folderPath || "") : "";
      body.filename = (folder.replace(/[^/]*$/, "") + (file.name || "pasted.png")).slice(-255);
      body.mimeType = file.type || "application/octet-stream";
      body.sizeBytes = file.size;
      return sign(5);
    }).then(function (answer) {
      signed = answer;
      return put(answer, sent, function (part) { item.bar.value = Math.round(part * 95); });
    }).then(function () {
      item.state = "checking";
      self.show(item);
      return ask(root.dataset.confirmUrl, { assetId: signed.assetId });
    }).then(function () {
      item.assetId = signed.assetId;
      item.state = "done";
      item.bar.value = 100;
      self.show(item);
    }).catch(function (fault) {
      if (fault.lost && (item.tries = (item.tries || 0) + 1) <= MOST_TRIES) {
        item.state = "lost";
        self.show(item);
        // Some lines come back without the browser noticing.
        window.setTimeout(function () { if (item.state === "lost") { item.state = "waiting"; self.pump(); } }, Math.min(30, 2 * item.tries) * 1000);
        return;
      }
      item.state = "failed";
      item.fault = fault.message;
      self.show(item);
      rt.say((item.file.name || "The photo") + ": " + fault.message, true);
    });
  };
  Uploader.prototype.back = function () {
    this.items.forEach(function (item) { if (item.state === "lost") item.state = "waiting"; });
    this.pump();
  };
  Uploader.prototype.done = function () { return this.items.filter(function (one) { return one.state === "done"; }); };
  Uploader.prototype.settle = function () {
    var self = this;
    var open = this.items.filter(function (one) { return /waiting|sending|checking|lost/.test(one.state); }).length;
    var done = this.done();
    if (this.start) this.start.disabled = open > 0 || !done.length || this.sent;
    if (open || !done.length || this.sent) return;
    rt.say(done.length + " of " + this.items.length + " photos uploaded");
    if (!this.root.dataset.jobUrl) {
      this.root.dispatchEvent(new CustomEvent("uploaded", { bubbles: true, detail: { assetIds: done.map(function (one) { return one.assetId; }) } }));
      done.forEach(function (one) { self.remove(one); }); // the page shows them from now on
    } else if (this.root.hasAttribute("data-auto") && done.length === this.items.length) this.job();
  };
  Uploader.prototype.job = function () {
    var self = this;
    if (this.sent || !this.done().length) return;
    this.sent = true;
    if (this.start) this.start.disabled = true;
    ask(this.root.dataset.jobUrl, { mode: this.root.dataset.mode, assetIds: this.done().map(function (one) { return one.assetId; }) })
      .then(function (answer) {
        var job = answer.job || answer;
        var to = answer.reviewUrl || job.reviewUrl;
        self.root.dispatchEvent(new CustomEvent("job", { bubbles: true, detail: answer }));
        if (to && new URL(to, window.location.href).origin === window.location.origin) window.location.assign(to);
        else { rt.toast(self.root.dataset.doneText || "The photos are being read."); self.clear(); }
      })
      .catch(function (fault) {
        self.sent = false;
        self.settle();
        rt.fault(self.root, "The photos are uploaded, but the job did not start.", fault.message, function () { self.job(); });
      });
  };
  Uploader.prototype.clear = function () {
    this.items.forEach(function (item) { if (item.url) URL.revokeObjectURL(item.url); item.node.remove(); });
    this.items = [];
    this.sent = false;
    this.list.hidden = true;
    this.settle();
  };

  function all(root) { rt.all("[data-upload]", root).forEach(function (one) { if (!one.uploader) new Uploader(one); }); }
  document.addEventListener("paste", function (event) {
    var root = document.querySelector("[data-upload]");
    var files = event.clipboardData && event.clipboardData.files;
    if (!root || !root.uploader || !files || !files.length || event.target.closest("input, textarea")) return;
    event.preventDefault();
    root.uploader.add(files);
  });
  // A photo dropped beside the field would otherwise replace the page.
  document.addEventListener("dragover", function (event) { if (document.querySelector("[data-upload]")) event.preventDefault(); });
  document.addEventListener("drop", function (event) { if (document.querySelector("[data-upload]")) event.preventDefault(); });
  window.addEventListener("beforeunload", function (event) {
    var busy = rt.all("[data-upload]").some(function (root) { return root.uploader && !root.uploader.sent && root.uploader.items.some(function (one) { return /waiting|sending|checking|lost/.test(one.state); }); });
    if (busy) event.preventDefault();
  });
  all(document);
  document.addEventListener("htmx:load", function (event) { all(event.detail.elt); });
})();
