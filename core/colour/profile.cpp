#include "core/colour/profile.h"

#include <vips/vips.h>

#include "core/photo/photo.h"

namespace heirloom::core {
namespace {

cmsColorSpaceSignature spaceOf(ColourModel model) {
  switch (model) {
    case ColourModel::Grey:
      return cmsSigGrayData;
    case ColourModel::Rgb:
      return cmsSigRgbData;
    case ColourModel::Cmyk:
      break;
  }
  return cmsSigCmykData;
}

ProfilePointer greyWithSrgbCurve(cmsContext context) {
  // IEC 61966-2-1: the curve of sRGB as LittleCMS' type 4.
  const cmsFloat64Number parameters[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* curve = cmsBuildParametricToneCurve(context, 4, parameters);
  ProfilePointer profile(cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return profile;
}

ProfilePointer defaultCmyk(cmsContext context) {
  initialiseVips();
  VipsBlob* blob = nullptr;
  if (vips_profile_load("cmyk", &blob, nullptr) != 0) {
    vips_error_clear();
    return nullptr;
  }
  std::size_t size = 0;
  const void* data = vips_blob_get(blob, &size);
  ProfilePointer profile(cmsOpenProfileFromMemTHR(context, data, static_cast<cmsUInt32Number>(size)));
  vips_area_unref(VIPS_AREA(blob));
  return profile;
}

bool worksBothWays(cmsHPROFILE profile) {
  return cmsIsMatrixShaper(profile) || cmsGetColorSpace(profile) == cmsSigGrayData ||
         (cmsIsIntentSupported(profile, INTENT_RELATIVE_COLORIMETRIC, LCMS_USED_AS_INPUT) &&
          cmsIsIntentSupported(profile, INTENT_RELATIVE_COLORIMETRIC, LCMS_USED_AS_OUTPUT));
}

}  // namespace

ContextPointer quietContext() {
  ContextPointer context(cmsCreateContext(nullptr, nullptr));
  cmsSetLogErrorHandlerTHR(context.get(), [](cmsContext, cmsUInt32Number, const char*) {});
  return context;
}

ProfilePointer defaultProfile(cmsContext context, ColourModel model) {
  switch (model) {
    case ColourModel::Grey:
      return greyWithSrgbCurve(context);
    case ColourModel::Cmyk:
      return defaultCmyk(context);
    case ColourModel::Rgb:
      break;
  }
  return ProfilePointer(cmsCreate_sRGBProfileTHR(context));
}

ProfilePointer openProfile(cmsContext context, ColourModel model, std::span<const std::byte> bytes,
                           std::vector<Message>& warnings) {
  if (bytes.empty()) {
    if (model == ColourModel::Cmyk) {
      warnings.push_back(
          HEIRLOOM_TEXT("colour.cmykWithoutProfile", "it is CMYK without a profile; a usual one is assumed"));
    }
    return defaultProfile(context, model);
  }
  ProfilePointer profile(cmsOpenProfileFromMemTHR(context, bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
  if (!profile) {
    warnings.push_back(HEIRLOOM_TEXT("colour.corruptProfile", "its colour profile is damaged; %1 is assumed")
                           .with(model == ColourModel::Cmyk ? "usual CMYK" : "sRGB"));
  } else if (cmsGetColorSpace(profile.get()) != spaceOf(model)) {
    warnings.push_back(
        HEIRLOOM_TEXT("colour.profileOfOtherModel", "its colour profile is for another kind of samples; %1 is assumed")
            .with(model == ColourModel::Cmyk ? "usual CMYK" : "sRGB"));
  } else if (!worksBothWays(profile.get())) {
    warnings.push_back(
        HEIRLOOM_TEXT("colour.oneWayProfile", "its colour profile describes a device that only reads; %1 is assumed")
            .with(model == ColourModel::Cmyk ? "usual CMYK" : "sRGB"));
  } else {
    return profile;
  }
  return defaultProfile(context, model);
}

}  // namespace heirloom::core
