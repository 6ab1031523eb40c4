#pragma once

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <memory>
#include <utility>
#include <variant>

#include "core/engine/job_queue.h"
#include "models/common/error.h"

namespace heirloom::ui {

/// The workers behind a window, so that its own thread only paints and answers. Must go before the QApplication does.
struct Workers {
  core::JobQueue files;    // opening, saving, thumbnails
  core::JobQueue display;  // colours and tiles for the screen
  core::JobQueue engine;   // networks
};

/// What work gave: its value, or why there is none.
template <typename T>
using Result = std::variant<T, Error>;

/// Any exception as an Error, for the seam between workers and widgets.
Error asError(std::exception_ptr exception);

/// Runs `call` on the GUI thread, later, if `guard` still exists then. From any thread; the application must live.
template <typename Call>
void onGuiThread(QPointer<QObject> guard, Call call) {
  QMetaObject::invokeMethod(
      QCoreApplication::instance(),
      [guard = std::move(guard), call = std::move(call)]() mutable {
        if (guard) call();
      },
      Qt::QueuedConnection);
}

/// Runs `work(stop_token) -> T` on `queue`, then `then(Result<T>)` on the GUI thread if `receiver` still exists. A job
/// that was stopped before it began, or that throws Stopped, is never heard of again.
template <typename Work, typename Then>
core::JobQueue::Handle inBackground(core::JobQueue& queue, QObject* receiver, Work work, Then then,
                                    core::JobQueue::Lane lane = core::JobQueue::Lane::Ordinary) {
  using T = std::invoke_result_t<Work, std::stop_token>;
  auto job = [guard = QPointer<QObject>(receiver), work = std::move(work),
              then = std::move(then)](std::stop_token stop) {
    auto result = std::make_shared<Result<T>>(Error(Message{}));
    try {
      *result = work(stop);
    } catch (const Stopped&) {
      return;
    } catch (...) {
      *result = asError(std::current_exception());
    }
    onGuiThread(guard, [then, result] { then(std::move(*result)); });
  };
  return queue.submit(std::move(job), lane);
}

}  // namespace heirloom::ui
