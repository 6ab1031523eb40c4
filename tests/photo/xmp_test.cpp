#include "core/photo/xmp.h"

#include <gmock/gmock.h>

namespace heirloom::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kPlain =
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<r:Description r:about='uuid:7' xmlns:e='http://ns.adobe.com/exif/1.0/' xmlns:t='http://ns.adobe.com/tiff/1.0/'"
    " e:GPSLatitude='48,1N' t:Orientation=\"8\"><e:GPSLongitude>11,5E</e:GPSLongitude><!-- <e:GPSfake> "
    "--><e:ISO>100</e:ISO>"
    "</r:Description></r:RDF></x:xmpmeta>";

TEST(Xmp, takesARecipeIntoNothing) {
  const std::string packet = core::xmpWithRecipe({}, "version: 1\nnote: \"<&>\"\n");
  EXPECT_THAT(packet, HasSubstr("<?xpacket begin="));
  EXPECT_EQ(core::recipeInXmp(packet), "version: 1\nnote: \"<&>\"\n");
}

TEST(Xmp, takesARecipeBesideWhatIsThere) {
  const std::string packet = core::xmpWithRecipe(kPlain, "version: 1\n");
  EXPECT_THAT(packet, HasSubstr("r:about=\"uuid:7\" xmlns:heirloom"));
  EXPECT_EQ(core::xmpWithRecipe(packet, "version: 1\n"), packet);
  EXPECT_EQ(core::recipeInXmp(core::xmpWithRecipe(packet, "other")), "other");
  EXPECT_EQ(core::recipeInXmp(core::xmpWithoutRecipe(packet)), "");
  EXPECT_THAT(core::xmpWithoutRecipe(packet), HasSubstr("<e:ISO>100</e:ISO>"));
}

TEST(Xmp, readsWhatOthersEscaped) {
  const std::string packet =
      "<a xmlns:h='http://ns.heirloom.app/1.0/' h:Recipe=\"a&#xA;b&#10;&#x5199;&quot;&amp;#10; &#zz; &#x;\"/>";
  EXPECT_EQ(core::recipeInXmp(packet), "a\nb\n\xe5\x86\x99\"&#10; &#zz; &#x;");
  EXPECT_EQ(core::recipeInXmp(core::xmpWithRecipe(packet, "it's <new>\n")), "it's <new>\n");
}

TEST(Xmp, saysOnceThatANetworkMadePartsOfIt) {
  const std::string packet = core::xmpAsGenerated(kPlain);
  EXPECT_THAT(packet, HasSubstr("<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/"
                                "compositeWithTrainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"));
  EXPECT_THAT(packet, HasSubstr("<e:ISO>100</e:ISO>"));
  EXPECT_EQ(core::xmpAsGenerated(packet), packet);
}

TEST(Xmp, losesPlacesAsAttributesAndElements) {
  const std::string packet = core::xmpWithoutPlaces(kPlain);
  EXPECT_THAT(packet, Not(HasSubstr("48,1N")));
  EXPECT_THAT(packet, Not(HasSubstr("11,5E")));
  EXPECT_THAT(packet, HasSubstr("<!-- <e:GPSfake> --><e:ISO>100</e:ISO>"));
  EXPECT_THAT(packet, HasSubstr("t:Orientation=\"8\""));
}

TEST(Xmp, becomesUpright) {
  EXPECT_THAT(core::uprightXmp(kPlain), HasSubstr("t:Orientation=\"1\""));
  EXPECT_THAT(core::uprightXmp("<a xmlns:t='http://ns.adobe.com/tiff/1.0/'><t:Orientation>6</t:Orientation></a>"),
              HasSubstr("<t:Orientation>1<"));
}

TEST(Xmp, ofUtf16BecomesUtf8) {
  const std::string text = "<a>\xe5\x86\x99\xf0\x9f\x93\xb7</a>";
  const std::string big("\xfe\xff\0<\0a\0>\x51\x99\xd8\x3d\xdc\xf7\0<\0/\0a\0>", 22);
  EXPECT_EQ(core::utf8Xmp(big), text);
  std::string little = big;
  for (std::size_t i = 0; i + 1 < little.size(); i += 2) std::swap(little[i], little[i + 1]);
  EXPECT_EQ(core::utf8Xmp(little), text);
  EXPECT_EQ(core::utf8Xmp(text), text);
}

TEST(Xmp, ofNonsenseChangesNothing) {
  for (const std::string nonsense :
       {"<", "<a", "<a b", "<a b='", "</", "<!--", "a < b > c", "<a/ >", "<<<>>>", "</a></a></a>"}) {
    EXPECT_EQ(core::uprightXmp(nonsense), nonsense);
    EXPECT_EQ(core::xmpWithoutPlaces(nonsense), nonsense);
    EXPECT_EQ(core::recipeInXmp(core::xmpWithRecipe(nonsense, "recipe")), "recipe");
  }
}

}  // namespace
}  // namespace heirloom::tests
